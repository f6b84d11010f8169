package org.culvert.api.account;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a user may authenticate, beside what the listener offers to everybody.
 *
 * @param mechanisms the only SASL mechanisms that the user may use, in upper case; empty: any
 * @param tlsOnly whether the user may authenticate over TLS only
 */
public record AccountPolicy(Set<String> mechanisms, boolean tlsOnly) {
  /** Whatever the listener offers. */
  public static final AccountPolicy ANY = new AccountPolicy(Set.of(), false);

  /** Copies the set, in upper case. */
  public AccountPolicy {
    mechanisms =
        mechanisms.stream()
            .map(name -> name.toUpperCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Tells whether the user may use a mechanism on a connection that is TLS or is not. */
  public boolean allows(String mechanism, boolean tls) {
    return (tls || !tlsOnly)
        && (mechanisms.isEmpty() || mechanisms.contains(mechanism.toUpperCase(Locale.ROOT)));
  }
}

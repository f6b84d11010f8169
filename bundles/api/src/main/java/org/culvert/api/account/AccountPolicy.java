package org.culvert.api.account;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a user may authenticate, beside what the listener offers to everybody.
 *
 * @param mechanisms the only SASL mechanisms that the user may use, in upper case; empty: any. One
 *     stands for its variant with channel binding too, which is the stronger
 * @param tlsOnly whether the user may authenticate over TLS only
 */
public record AccountPolicy(Set<String> mechanisms, boolean tlsOnly) {
  /** Whatever the listener offers. */
  public static final AccountPolicy ANY = new AccountPolicy(Set.of(), false);

  private static final String CHANNEL_BINDING = "-PLUS";

  /** Copies the set, in upper case. */
  public AccountPolicy {
    mechanisms =
        mechanisms.stream()
            .map(name -> name.toUpperCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Tells whether the user may use a mechanism on a connection that is TLS or is not. */
  public boolean allows(String mechanism, boolean tls) {
    return (tls || !tlsOnly) && (mechanisms.isEmpty() || names(mechanism.toUpperCase(Locale.ROOT)));
  }

  private boolean names(String mechanism) {
    return mechanisms.contains(mechanism)
        || (mechanism.endsWith(CHANNEL_BINDING)
            && mechanisms.contains(
                mechanism.substring(0, mechanism.length() - CHANNEL_BINDING.length())));
  }
}

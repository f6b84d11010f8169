package org.culvert.api.account;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator decides about a user, beside the password.
 *
 * @param enabled whether the user may authenticate
 * @param digestMd5 whether what DIGEST-MD5 needs is kept, which is as good as the password
 * @param policy how the user may authenticate
 * @param groups the groups that the user is in, which the broker's pools may be for
 * @param lifetime how long the user's tunnels live unless he asks again; empty: as the broker says
 */
public record AccountSettings(
    boolean enabled,
    boolean digestMd5,
    AccountPolicy policy,
    Set<String> groups,
    Optional<Duration> lifetime) {
  /** A user like any other: enabled, not for DIGEST-MD5, and free to use what is offered. */
  public static final AccountSettings USUAL = new AccountSettings(true, false, AccountPolicy.ANY);

  /** Copies the set. */
  public AccountSettings {
    groups = Set.copyOf(groups);
  }

  /** Describes a user whose tunnels live as long as the broker says. */
  public AccountSettings(
      boolean enabled, boolean digestMd5, AccountPolicy policy, Set<String> groups) {
    this(enabled, digestMd5, policy, groups, Optional.empty());
  }

  /** Describes a user who is in no group. */
  public AccountSettings(boolean enabled, boolean digestMd5, AccountPolicy policy) {
    this(enabled, digestMd5, policy, Set.of());
  }

  /** Returns these settings with the user let in or locked out. */
  public AccountSettings enabled(boolean let) {
    return new AccountSettings(let, digestMd5, policy, groups, lifetime);
  }

  /** Returns these settings with DIGEST-MD5 switched on or off. */
  public AccountSettings digestMd5(boolean kept) {
    return new AccountSettings(enabled, kept, policy, groups, lifetime);
  }

  /** Returns these settings with another policy. */
  public AccountSettings policy(AccountPolicy other) {
    return new AccountSettings(enabled, digestMd5, other, groups, lifetime);
  }

  /** Returns these settings with the user in exactly these groups. */
  public AccountSettings groups(Set<String> others) {
    return new AccountSettings(enabled, digestMd5, policy, others, lifetime);
  }

  /** Returns these settings with tunnels that live so long; empty: as the broker says. */
  public AccountSettings lifetime(Optional<Duration> other) {
    return new AccountSettings(enabled, digestMd5, policy, groups, other);
  }

  /** Returns what the user's tunnels are granted. */
  public Grant grant() {
    return new Grant(groups, lifetime);
  }
}

package org.culvert.api.account;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator grants the tunnels of an account. A lease keeps it as it was when its tunnel was
 * last accepted, so that it is the same after a restart.
 *
 * @param groups the groups that the account is in
 * @param lifetime how long a tunnel lives unless its user asks again; whatever flows, it ends then.
 *     Empty: as long as those of every other account
 */
public record Grant(Set<String> groups, Optional<Duration> lifetime) {
  /** No group, and what every account has. */
  public static final Grant NONE = new Grant(Set.of(), Optional.empty());

  /** Copies the set. */
  public Grant {
    groups = Set.copyOf(groups);
  }

  /** Grants nothing but membership in groups. */
  public static Grant of(Set<String> groups) {
    return new Grant(groups, Optional.empty());
  }
}

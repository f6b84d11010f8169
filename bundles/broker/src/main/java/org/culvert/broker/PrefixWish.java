package org.culvert.broker;

import java.util.OptionalInt;
import java.util.Set;
import org.culvert.api.broker.Identity;
import org.culvert.api.tunnel.TunnelType;

/**
 * A user's request for a prefix.
 *
 * @param identity who asks
 * @param groups the groups that the user's account is in
 * @param type the type of the tunnel
 * @param length the length asked for; empty if the user named none
 */
record PrefixWish(Identity identity, Set<String> groups, TunnelType type, OptionalInt length) {

  /** Copies the set. */
  PrefixWish {
    groups = Set.copyOf(groups);
  }

  @Override
  public String toString() {
    return identity + " asks for " + (length.isPresent() ? "a /" + length.getAsInt() : "a prefix");
  }
}

package org.culvert.registry;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;

/**
 * A network and who holds it.
 *
 * @param prefix the network
 * @param holder the user; empty: the operator's own
 * @param handle the user's nic-handle; empty where there is none
 * @param since when it was assigned; empty for the operator's own
 */
record Assignment(
    IpPrefix prefix, Optional<String> holder, Optional<String> handle, Optional<Instant> since) {

  /** Returns a network of the operator's. */
  static Assignment own(IpPrefix prefix) {
    return new Assignment(prefix, Optional.empty(), Optional.empty(), Optional.empty());
  }

  boolean isOwn() {
    return holder.isEmpty();
  }

  /** Returns the network's name in a registry. */
  String name(String source) {
    return source + (isOwn() ? "-POOL" : "-TUNNEL");
  }

  /** Returns how it is registered, in the words of RPSL. */
  String status() {
    return isOwn() ? "ALLOCATED-BY-LIR" : "ASSIGNED";
  }
}

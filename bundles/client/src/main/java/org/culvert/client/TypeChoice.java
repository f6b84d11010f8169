package org.culvert.client;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;

/**
 * Chooses the type to ask for: the configured one, unless the present network or the installed
 * bundles stand against it.
 */
final class TypeChoice {
  private final ClientSettings settings;
  private final Set<TunnelType> notCarried = new HashSet<>();
  private boolean protocol41Blocked;

  TypeChoice(ClientSettings settings) {
    this.settings = settings;
  }

  /** Returns the type to ask for; empty if all that could stand in was found not to be carried. */
  Optional<TunnelType> next() {
    if (!settings.tunnelType().equals(TunnelType.V6ANYV4)) {
      return notCarried.isEmpty() ? Optional.of(settings.tunnelType()) : Optional.empty();
    }
    boolean udp = settings.transports().contains(Transport.UDP);
    if (notCarried.isEmpty() && !(protocol41Blocked && udp)) {
      return Optional.of(TunnelType.V6ANYV4);
    }
    return List.of(TunnelType.V6UDPV4, TunnelType.V6V4).stream()
        .filter(type -> udp || !type.equals(TunnelType.V6UDPV4))
        .filter(type -> !notCarried.contains(type))
        .findFirst();
  }

  /** Notes that no installed bundle carries a type that a broker chose. */
  void notCarried(TunnelType type) {
    notCarried.add(type);
  }

  /** Notes the end of a round: bundles may come, so what was not carried may be carried then. */
  void roundEnded() {
    notCarried.clear();
  }

  /**
   * Notes that nothing ever came out of a tunnel. A carrier on the way may drop protocol 41 while
   * the addresses match, which no step of TSP can tell; UDP may pass there. If UDP does not pass
   * either, the broker is let choose again.
   *
   * @return whether another type will be asked for
   */
  boolean neverHeard(TunnelType type) {
    protocol41Blocked = type.equals(TunnelType.V6V4);
    return protocol41Blocked && next().filter(TunnelType.V6UDPV4::equals).isPresent();
  }

  /** Notes that nothing could be had; what was thought about the path may be wrong. */
  void failed() {
    protocol41Blocked = false;
  }

  /** Notes that the machine is in another network, about which nothing is known. */
  void networkChanged() {
    protocol41Blocked = false;
  }
}

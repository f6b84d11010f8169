package org.culvert.endpoint;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one line for each event in a tunnel's life, and none while nothing changes. */
final class TunnelLog {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.endpoint");

  private TunnelLog() {}

  /** Tells what has changed between two pictures. */
  static void changes(Map<String, Standing> before, Map<String, Standing> after) {
    for (Standing standing : after.values()) {
      Standing earlier = before.get(standing.parameters().id());
      if (!standing.equals(earlier)) {
        Optional<String> line = line(standing);
        if (!line.equals(Optional.ofNullable(earlier).flatMap(TunnelLog::line))) {
          line.ifPresent(text -> tell(standing.state(), text));
        }
      }
    }
    for (Standing earlier : before.values()) {
      if (!after.containsKey(earlier.parameters().id())) {
        LOG.info("Tunnel {} closed: it is not desired any more", earlier.parameters().id());
      }
    }
  }

  static void silent(String id, Optional<Duration> silence) {
    if (silence.isPresent()) {
      LOG.info("Tunnel {}: its other end is silent for {} s", id, silence.get().toSeconds());
    } else {
      LOG.info("Tunnel {}: its other end is silent; no packet has ever come out of it", id);
    }
  }

  static void heard(String id) {
    LOG.info("Tunnel {}: its other end is heard", id);
  }

  static void heardAgain(String id) {
    LOG.info("Tunnel {}: its other end is heard again", id);
  }

  /** Tells that a path carries less than before, which is worth knowing. */
  static void lost(String id, int size) {
    LOG.info("Tunnel {}: its path does not carry {} octets any more", id, size);
  }

  /** Tells what a tunnel uses from now on, as its probes say. */
  static void mtu(String id, int before, int now) {
    LOG.debug("Tunnel {}: its MTU is {} now; it was {}", id, now, before);
  }

  private static void tell(TunnelState state, String line) {
    if (state instanceof TunnelState.Failed) {
      LOG.warn("{}", line);
    } else {
      LOG.info("{}", line);
    }
  }

  /** Returns how a tunnel stands; what a change leaves out of it is no news. */
  static Optional<String> line(Standing standing) {
    TunnelParameters tunnel = standing.parameters();
    TunnelState state = standing.state();
    String name = "Tunnel " + tunnel.id();
    if (state instanceof TunnelState.Suspended suspended) {
      return Optional.of(name + " suspended: " + suspended.reason());
    }
    if (state instanceof TunnelState.Failed failed) {
      return Optional.of(name + " failed: " + failed.reason());
    }
    return state instanceof TunnelState.Up up
        ? Optional.of(name + up(tunnel, up))
        : Optional.empty();
  }

  private static String up(TunnelParameters tunnel, TunnelState.Up up) {
    return " up: "
        + tunnel.type()
        + ", inner "
        + IpAddresses.text(tunnel.localAddress())
        + " to "
        + IpAddresses.text(tunnel.remoteAddress())
        + ", outer "
        + text(tunnel.outer().local())
        + " to "
        + text(tunnel.outer().remote())
        + ", by "
        + up.datapath()
        + " on "
        + up.device();
  }

  private static String text(InetSocketAddress outer) {
    String address = IpAddresses.text(outer.getAddress());
    return outer.getPort() == 0 ? address : address + " port " + outer.getPort();
  }
}

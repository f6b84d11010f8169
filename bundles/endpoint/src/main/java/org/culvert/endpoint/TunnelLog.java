package org.culvert.endpoint;

import java.net.InetSocketAddress;
import java.util.Map;
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
      if (earlier == null
          || !earlier.state().equals(standing.state())
          || !earlier.parameters().equals(standing.parameters())) {
        tell(standing);
      }
    }
    for (Standing earlier : before.values()) {
      if (!after.containsKey(earlier.parameters().id())) {
        LOG.info("Tunnel {} closed: it is not desired any more", earlier.parameters().id());
      }
    }
  }

  static void silent(String id) {
    LOG.info("Tunnel {}: its other end is silent", id);
  }

  static void heardAgain(String id) {
    LOG.info("Tunnel {}: its other end is heard again", id);
  }

  private static void tell(Standing standing) {
    TunnelParameters tunnel = standing.parameters();
    TunnelState state = standing.state();
    if (state instanceof TunnelState.Suspended suspended) {
      LOG.info("Tunnel {} suspended: {}", tunnel.id(), suspended.reason());
    } else if (state instanceof TunnelState.Failed failed) {
      LOG.warn("Tunnel {} failed: {}", tunnel.id(), failed.reason());
    } else if (state instanceof TunnelState.Up up && LOG.isInfoEnabled()) {
      LOG.info(
          "Tunnel {} up: {}, inner {} to {}, outer {} to {}, by {} on {}",
          tunnel.id(),
          tunnel.type(),
          IpAddresses.text(tunnel.localAddress()),
          IpAddresses.text(tunnel.remoteAddress()),
          text(tunnel.outer().local()),
          text(tunnel.outer().remote()),
          up.datapath(),
          up.device());
    }
  }

  private static String text(InetSocketAddress outer) {
    String address = IpAddresses.text(outer.getAddress());
    return outer.getPort() == 0 ? address : address + " port " + outer.getPort();
  }
}

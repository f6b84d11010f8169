package org.culvert.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.culvert.api.net.IpAddresses;

/** Finds by which of its IPv4 addresses this machine speaks to the world. */
final class WorldAddress {
  /** Nobody has it (RFC 5737), and nothing is sent: the way there is the default route. */
  private static final InetSocketAddress WORLD =
      new InetSocketAddress(IpAddresses.parse("198.51.100.1"), 9);

  private WorldAddress() {}

  /** Returns that address; none if there is no way to the world now. */
  static List<InetAddress> ofThisMachine() {
    try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
      channel.connect(WORLD);
      return channel.getLocalAddress() instanceof InetSocketAddress local
              && !local.getAddress().isAnyLocalAddress()
          ? List.of(local.getAddress())
          : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}

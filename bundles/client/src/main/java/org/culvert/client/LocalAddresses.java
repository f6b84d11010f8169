package org.culvert.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The addresses that this machine has now. */
interface LocalAddresses {

  /** Returns them; empty if the operating system does not tell. */
  Optional<Set<InetAddress>> now();

  /** Tells whether the host has a route to an IPv4 address, from an address beyond the link. */
  default boolean leadsTo(InetAddress remote) {
    return true;
  }

  /** Reads them off the network interfaces. */
  final class OfInterfaces implements LocalAddresses {
    private static final int DISCARD = 9;

    @Override
    public Optional<Set<InetAddress>> now() {
      try {
        Set<InetAddress> addresses = new HashSet<>();
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .forEach(addresses::add);
        return Optional.of(addresses);
      } catch (SocketException e) {
        return Optional.empty();
      }
    }

    /** Asks the routing table: to connect a UDP socket sends nothing. */
    @Override
    public boolean leadsTo(InetAddress remote) {
      try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
        channel.connect(new InetSocketAddress(remote, DISCARD));
        return channel.getLocalAddress() instanceof InetSocketAddress local
            && (!local.getAddress().isLinkLocalAddress() || remote.isLinkLocalAddress());
      } catch (IOException e) {
        return false;
      }
    }
  }
}

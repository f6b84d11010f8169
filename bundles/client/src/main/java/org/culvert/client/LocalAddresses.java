package org.culvert.client;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The addresses that this machine has now. */
interface LocalAddresses {

  /** Returns them; empty if the operating system does not tell. */
  Optional<Set<InetAddress>> now();

  /** Reads them off the network interfaces. */
  final class OfInterfaces implements LocalAddresses {
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
  }
}

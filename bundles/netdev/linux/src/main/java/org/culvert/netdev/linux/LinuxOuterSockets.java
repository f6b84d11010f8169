package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Opens UDP and raw sockets of Linux.
 *
 * <p>They belong to the network namespace of the thread that opens them.
 */
@Component
public final class LinuxOuterSockets implements OuterSockets {

  /** Touches nothing of the operating system, so that it can say what is amiss when it is used. */
  @Activate
  public LinuxOuterSockets() {}

  @Override
  public OuterSocket open(WireFormat wire, InetSocketAddress local) throws IOException {
    if (local.isUnresolved() || local.getAddress().isAnyLocalAddress()) {
      throw new IllegalArgumentException(
          "a tunnel's socket is bound to one address of this host, not to "
              + local.getHostString());
    }
    Family family = wire.outer() == IpVersion.IPV4 ? Family.IPV4 : Family.IPV6;
    if (family != Family.of(local.getAddress())) {
      throw new IllegalArgumentException(
          IpAddresses.text(local.getAddress()) + " cannot carry tunnels over " + wire.outer());
    }
    Libc.load();
    if (wire.carrier() instanceof Carrier.IpProtocol protocol) {
      return RawOuterSocket.open(protocol.number(), local);
    }
    return UdpOuterSocket.open(wire.inner(), local);
  }

  @Override
  public OuterSocket openErrors(InetAddress local) throws IOException {
    Libc.load();
    return RawOuterSocket.openErrors(local);
  }

  @Override
  public OuterSocket openAnswers(IpVersion version, int identifier) throws IOException {
    Libc.load();
    return EchoAnswers.open(version == IpVersion.IPV4 ? Family.IPV4 : Family.IPV6, identifier);
  }

  @Override
  public OuterSocket openAdvertisements() throws IOException {
    Libc.load();
    return RouterAdvertisements.open();
  }
}

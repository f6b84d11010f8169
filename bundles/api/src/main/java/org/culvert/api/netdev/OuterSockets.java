package org.culvert.api.netdev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Opens the outer network's sockets.
 *
 * <p>A UDP socket shares its address and port with TSP signaling. Both are opened with {@code
 * SO_REUSEPORT}, and whoever joins attaches a selector on the first octet: a high nibble of 6 is an
 * IPv6 packet, everything else is signaling, the swapped headers of old clients included (RFC 5572
 * section 4.4.1.2). Neither side needs to know of the other, and either can restart without the
 * other's noticing. Only at the moment of joining they wait for one another ({@link SharedPort}).
 */
@ConsumerType
public interface OuterSockets {

  /**
   * Opens a socket.
   *
   * @param wire what it carries
   * @param local the address to bind, never the wildcard; the port is 0 where there is none
   * @throws IOException if the operating system refuses; the message says which right or address is
   *     missing
   */
  OuterSocket open(WireFormat wire, InetSocketAddress local) throws IOException;

  /**
   * Opens a socket that receives what routers and hosts say about packets that this host sent: each
   * slot holds one ICMP error to a local address, from the ICMP header on, and its peer is who sent
   * it. Nothing can be sent with it.
   *
   * @throws IOException if the operating system refuses, or cannot tell; the message says which
   *     right or address is missing
   */
  default OuterSocket openErrors(InetAddress local) throws IOException {
    throw new IOException("ICMP errors to " + local.getHostAddress() + " cannot be read here");
  }

  /**
   * Opens a socket that receives the answers to ICMP echo requests, to any address of this host:
   * each slot holds one echo reply with this identifier, from the ICMP header on, and its peer is
   * who answered. It hears them before the packet filter of this host does, and of one in pieces
   * the first. The operating system is given them as well. Nothing can be sent with it.
   *
   * @param identifier the echo requests' identifier, 0 to 65535
   * @throws IOException if the operating system refuses; the message says which right is missing
   */
  default OuterSocket openAnswers(IpVersion version, int identifier) throws IOException {
    throw new IOException("answers to echo requests of " + version + " cannot be read here");
  }

  /**
   * Asks the routers on this host's uplinks to advertise themselves, once, and opens a socket that
   * receives what they say then and later: each slot holds one ICMPv6 router advertisement from its
   * header on, and its peer is the router. Uplinks are where a default route for IPv6 leads that is
   * none of ours. Hop limit, source and code of what is received are as RFC 4861 section 6.1.2
   * wants them; its length and its options are not looked at. Nothing can be sent with it.
   *
   * @throws IOException if there is no uplink, or the operating system refuses; the message says
   *     which right is missing
   */
  default OuterSocket openAdvertisements() throws IOException {
    throw new IOException("router advertisements cannot be read here");
  }
}

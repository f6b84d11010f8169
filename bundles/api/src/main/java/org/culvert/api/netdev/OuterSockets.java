package org.culvert.api.netdev;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.culvert.api.encapsulation.WireFormat;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Opens the outer network's sockets.
 *
 * <p>A UDP socket shares its address and port with TSP signaling. Both are opened with {@code
 * SO_REUSEPORT}, and whoever joins attaches a selector on the first octet: a high nibble of 6 is an
 * IPv6 packet, everything else is signaling, the swapped headers of old clients included (RFC 5572
 * section 4.4.1.2). Neither side needs to know of the other, and either can restart without the
 * other's noticing.
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
}

package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * An address of an interface that is not ours.
 *
 * @param device the interface's index
 * @param onLink the prefix of which the interface reaches all without a router
 * @param lasting whether it stays without anybody's renewing it
 */
record HostAddress(int device, IpPrefix onLink, boolean lasting) {
  /** {@code struct ifaddrmsg}: family, prefix length, flags, scope, index. */
  private static final int IFADDRMSG = 8;

  private static final int LENGTH = 1;
  private static final int SCOPE = 3;
  private static final int INDEX = 4;
  private static final int IFA_F_PERMANENT = 0x80;

  /** Lists all addresses of global scope but our own. */
  static List<HostAddress> list(Netlink netlink) throws IOException {
    List<HostAddress> addresses = new ArrayList<>();
    netlink.dump(
        RoutingRequests.addresses(),
        message -> {
          int at = message.position();
          Attributes attributes = Attributes.after(message, IFADDRMSG);
          int flags = attributes.number(RoutingRequests.IFA_FLAGS);
          boolean ours = (flags & RoutingRequests.ADDRESS_MARK) == RoutingRequests.ADDRESS_MARK;
          ByteBuffer value = attributes.value(RoutingRequests.IFA_ADDRESS);
          if (!ours && message.get(at + SCOPE) == 0 && value.hasRemaining()) {
            byte[] octets = new byte[value.remaining()];
            value.get(value.position(), octets);
            addresses.add(
                new HostAddress(
                    message.getInt(at + INDEX),
                    IpPrefix.containing(IpAddresses.of(octets), message.get(at + LENGTH) & 0xFF),
                    (flags & IFA_F_PERMANENT) != 0));
          }
        });
    return addresses;
  }
}

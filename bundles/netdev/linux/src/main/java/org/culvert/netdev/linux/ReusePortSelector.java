package org.culvert.netdev.linux;

import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.netdev.SharedPort;

/**
 * Shares one UDP port between TSP signaling and data, by a classic BPF program that the kernel runs
 * on a datagram's first payload octet to choose among the sockets bound with {@code SO_REUSEPORT}.
 *
 * <p>Why it needs no agreement between the two sides: the kernel numbers the sockets in the order
 * in which they joined, moves the last one into the place of one that closes, and keeps the program
 * that was attached last. There are two sockets at most, so
 *
 * <ul>
 *   <li>whoever joins is last, hence has index 1 if the other side is there, and attaches "mine to
 *       1, the other's to 0";
 *   <li>an index that no socket has makes the kernel pick among those it has, so a side that is
 *       alone gets everything, whatever the program says;
 *   <li>the side that is left over is index 0, and whoever comes back is last again.
 * </ul>
 *
 * <p>Nobody else joins between a socket's joining and its attaching ({@link SharedPort}), but in
 * that moment the program of the earlier constellation is in force. {@link #attachAlone} closes it
 * for data: a data socket that finds itself alone is index 0 and attaches "mine to 0, the other's
 * to 1", which is already right in the moment signaling joins. Signaling that goes astray while
 * data joins is asked for again.
 *
 * <p>Data is what begins with the inner packet's version; all else is signaling, not only a first
 * nibble of 15 (RFC 5572 section 4.4.1.2): old little-endian peers write the sequence number in
 * their own byte order, so that the nibble of 15 stands in the fourth octet.
 */
final class ReusePortSelector {
  private static final int SO_REUSEPORT = 15;
  private static final int SO_ATTACH_REUSEPORT_CBPF = 51;

  private final int dataNibble;

  ReusePortSelector(IpVersion inner) {
    this.dataNibble = inner == IpVersion.IPV4 ? 0x40 : 0x60;
  }

  /** Lets a socket share its port; before it is bound. */
  static boolean share(int fd) {
    return BatchedSocket.option(fd, BatchedSocket.SOL_SOCKET, SO_REUSEPORT, 1);
  }

  /** Attaches the program of a data socket that has just joined; after it is bound. */
  boolean attachJoined(int fd) {
    return attach(fd, 1, 0);
  }

  /** Attaches the program of a data socket that has the port to itself. */
  boolean attachAlone(int fd) {
    return attach(fd, 0, 1);
  }

  private boolean attach(int fd, int data, int signaling) {
    return new SocketFilter(5)
        .load8(0)
        .and(0xF0)
        .skipUnless(dataNibble, 1)
        .accept(data)
        .accept(signaling)
        .attach(fd, SO_ATTACH_REUSEPORT_CBPF);
  }
}

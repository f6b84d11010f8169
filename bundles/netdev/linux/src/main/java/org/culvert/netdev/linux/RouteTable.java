package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * Looks into the kernel's main routing table, into the one of the host's own addresses, and into
 * those that rules name.
 */
final class RouteTable {
  /** {@code struct rtmsg}: family, destination length, ..., table, protocol, scope, type, flags. */
  private static final int RTMSG = 12;

  private static final int LENGTH = 1;
  private static final int TABLE = 4;
  private static final int PROTOCOL = 5;
  private static final int TYPE = 7;
  private static final int FLAGS = 8;
  private static final int RTM_F_CLONED = 0x200;
  private static final int RTM_F_LOOKUP_TABLE = 0x1000;
  private static final int RTM_F_FIB_MATCH = 0x2000;
  static final int RT_TABLE_MAIN = 254;
  static final int RT_TABLE_LOCAL = 255;
  private static final int RTPROT_KERNEL = 2;
  private static final int RTN_UNICAST = 1;
  private static final int RTN_LOCAL = 2;
  private static final int RTN_BLACKHOLE = 6;
  private static final int RTN_UNREACHABLE = 7;
  private static final int RTN_PROHIBIT = 8;

  /** Stands for all devices. */
  static final int ANY_DEVICE = RoutingRequests.ANY_DEVICE;

  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_PRIORITY = 6;
  private static final int RTA_TABLE = HostRequests.RTA_TABLE;

  private static final Duration PAUSE = Duration.ofMillis(1);

  private RouteTable() {}

  /**
   * A route as the kernel has it.
   *
   * @param route its device is 0 where it leads to none, or to several
   * @param protocol who put it there
   * @param type what becomes of packets, as in {@code enum rtn_type}
   * @param table the table's number
   */
  record Entry(Route route, int protocol, int type, int table) {
    boolean isOurs() {
      return protocol == RoutingRequests.PROTOCOL;
    }

    /** Tells whether the kernel has it by itself, as one behind all others that leads nowhere. */
    boolean isOfKernel() {
      return protocol == RTPROT_KERNEL;
    }

    boolean isOfMainTable() {
      return table == RT_TABLE_MAIN;
    }

    boolean isUnicast() {
      return type == RTN_UNICAST;
    }

    /** Tells whether packets end by it, and their senders may be told. */
    boolean rejects() {
      return type == RTN_BLACKHOLE || type == RTN_UNREACHABLE || type == RTN_PROHIBIT;
    }

    /** Returns what kind of route it is, in words. */
    String kind() {
      return switch (type) {
        case RTN_UNICAST -> "a route";
        case RTN_BLACKHOLE -> "a blackhole";
        case RTN_UNREACHABLE -> "an unreachable route";
        case RTN_PROHIBIT -> "a prohibited route";
        default -> "a route of type " + type;
      };
    }

    /**
     * Tells whether packets end by this before the main table is looked into: in this host, or
     * nowhere.
     */
    boolean goesFirst() {
      return takesIn() || (table == RT_TABLE_LOCAL && rejects());
    }

    /** Tells whether packets to an address of this host are taken in by this. */
    boolean takesIn() {
      return table == RT_TABLE_LOCAL && type == RTN_LOCAL;
    }
  }

  /**
   * Waits until addresses of this host answer. The kernel acknowledges an IPv6 address before a
   * worker of its own has made it usable, even where there are no duplicates to look for. On a
   * device that is down it never becomes usable, hence the limit.
   *
   * @param patience how long to wait for all of them together
   * @return those that answer
   */
  static Set<InterfaceAddress> awaitLocal(
      Netlink netlink, Set<InterfaceAddress> addresses, Duration patience) throws IOException {
    long begin = System.nanoTime();
    Set<InterfaceAddress> local = new HashSet<>();
    for (InterfaceAddress address : addresses) {
      boolean answers = isLocal(netlink, address.address());
      while (!answers && System.nanoTime() - begin < patience.toNanos()) {
        LockSupport.parkNanos(PAUSE.toNanos());
        answers = isLocal(netlink, address.address());
      }
      if (answers) {
        local.add(address);
      }
    }
    return local;
  }

  /** Tells whether the kernel would take a packet to this address for its own. */
  static boolean isLocal(Netlink netlink, InetAddress address) throws IOException {
    boolean[] local = new boolean[1];
    netlink.look(
        lookup(address, 0),
        message -> local[0] = message.get(message.position() + TYPE) == RTN_LOCAL);
    return local[0];
  }

  /**
   * Returns the route that the kernel takes for packets to an address; empty if it stands in
   * another table, or if packets come to nothing: then the kernel does not tell by which route.
   */
  static Optional<Entry> best(Netlink netlink, InetAddress address) throws IOException {
    List<Entry> found = new ArrayList<>();
    // IPv6 knows no other than the first flag, and tells the table without the second.
    int flags =
        Family.of(address) == Family.IPV4 ? RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE : RTM_F_FIB_MATCH;
    netlink.look(lookup(address, flags), message -> read(message).ifPresent(found::add));
    return found.stream().findFirst();
  }

  private static NetlinkMessage lookup(InetAddress address, int flags) {
    byte[] octets = address.getAddress();
    return new NetlinkMessage(RoutingRequests.RTM_GETROUTE, Netlink.NLM_F_REQUEST)
        .octet(Family.of(address).number())
        .octet(octets.length * 8)
        .octet(0)
        .octet(0)
        .number(0)
        .number(flags)
        .attribute(RTA_DST, octets);
  }

  /**
   * Reads routes of both families and tables one by one, for there may be more than should be kept.
   *
   * @param device the index of the device that they lead into, or {@link #ANY_DEVICE}
   */
  static void each(Netlink netlink, int device, Consumer<Entry> reader) throws IOException {
    for (Family family : Family.values()) {
      netlink.dump(
          RoutingRequests.routes(family, device),
          message -> {
            Optional<Entry> entry = read(message, family);
            // A kernel before 4.20 knows no choice of devices, and tells all.
            if (entry.isPresent()
                && (device == ANY_DEVICE || entry.get().route().device() == device)) {
              reader.accept(entry.get());
            }
          });
    }
  }

  /** Reads the routes of any one table. */
  static void eachOf(Netlink netlink, Family family, int table, Consumer<Entry> reader)
      throws IOException {
    netlink.dump(
        RoutingRequests.routes(family).attribute(RTA_TABLE, table),
        message -> readAny(message, family).filter(e -> e.table() == table).ifPresent(reader));
  }

  /** Reads a message about a route of one of the two tables; empty if it is about another. */
  static Optional<Entry> read(ByteBuffer message) {
    int family = message.get(message.position()) & 0xFF;
    return family == Family.IPV4.number()
        ? read(message, Family.IPV4)
        : family == Family.IPV6.number() ? read(message, Family.IPV6) : Optional.empty();
  }

  private static Optional<Entry> read(ByteBuffer message, Family family) {
    int table = message.get(message.position() + TABLE) & 0xFF;
    return table == RT_TABLE_MAIN || table == RT_TABLE_LOCAL
        ? readAny(message, family)
        : Optional.empty();
  }

  /** Reads a message about a route of any table; empty if the kernel has it for a while only. */
  private static Optional<Entry> readAny(ByteBuffer message, Family family) {
    int at = message.position();
    if ((message.getInt(at + FLAGS) & RTM_F_CLONED) != 0) {
      return Optional.empty();
    }
    int table = message.get(at + TABLE) & 0xFF;
    // A default route has no destination.
    byte[] network = new byte[family == Family.IPV4 ? 4 : 16];
    int metric = 0;
    int device = 0;
    int attribute = at + RTMSG;
    while (attribute + NetlinkMessage.ATTRIBUTE <= message.limit()) {
      int length = message.getShort(attribute) & 0xFFFF;
      int value = attribute + NetlinkMessage.ATTRIBUTE;
      if (length < NetlinkMessage.ATTRIBUTE || attribute + length > message.limit()) {
        break;
      }
      switch (message.getShort(attribute + 2)) {
        case RTA_DST -> message.get(value, network, 0, Math.min(network.length, length - 4));
        case RTA_OIF -> device = message.getInt(value);
        case RTA_PRIORITY -> metric = message.getInt(value);
        case RTA_TABLE -> table = message.getInt(value);
        default -> {}
      }
      attribute += NetlinkMessage.aligned(length);
    }
    IpPrefix prefix = IpPrefix.containing(IpAddresses.of(network), message.get(at + LENGTH) & 0xFF);
    return Optional.of(
        new Entry(
            new Route(prefix, metric, device),
            message.get(at + PROTOCOL) & 0xFF,
            message.get(at + TYPE) & 0xFF,
            table));
  }
}

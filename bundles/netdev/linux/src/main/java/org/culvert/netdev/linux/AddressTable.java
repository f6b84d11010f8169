package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;

/** Reads the addresses that devices have. */
final class AddressTable {
  /** {@code struct ifaddrmsg}: family, prefix length, flags, scope, index. */
  private static final int IFADDRMSG = 8;

  private static final int LENGTH = 1;
  private static final int INDEX = 4;

  /** The kernel has not made it usable yet. */
  private static final int IFA_F_TENTATIVE = 0x40;

  /** {@code IFAPROT_KERNEL_RA}. */
  private static final int PROTOCOL_ADVERTISED = 2;

  /** {@code IFAPROT_KERNEL_LL}. */
  private static final int PROTOCOL_LINK_LOCAL = 3;

  private AddressTable() {}

  /** Who put an address on its device. */
  enum Owner {
    OURS,
    /** The kernel: a link-local address of its own making, or what a router advertised. */
    KERNEL,
    OTHERS
  }

  /**
   * An address as the kernel has it.
   *
   * @param device the index of its device
   * @param usable whether the kernel has done with it what it does with a new one
   */
  record Entry(int device, InterfaceAddress address, Owner owner, boolean usable) {}

  /**
   * Reads addresses one by one.
   *
   * @param device the index of their device, or {@link RouteTable#ANY_DEVICE}
   */
  static void each(Netlink netlink, int device, Consumer<Entry> reader) throws IOException {
    netlink.dump(
        RoutingRequests.addresses(device),
        message ->
            read(message)
                .filter(entry -> device == RouteTable.ANY_DEVICE || entry.device() == device)
                .ifPresent(reader));
  }

  /** Reads a message about an address; empty if it is about none of IP's. */
  static Optional<Entry> read(ByteBuffer message) {
    int at = message.position();
    Attributes attributes = Attributes.after(message, IFADDRMSG);
    // IPv6 has the one where there is no other end, IPv4 both.
    ByteBuffer local = attributes.value(RoutingRequests.IFA_LOCAL);
    return octets(local.hasRemaining() ? local : attributes.value(RoutingRequests.IFA_ADDRESS))
        .map(IpAddresses::of)
        .map(address -> new InterfaceAddress(address, message.get(at + LENGTH) & 0xFF))
        .map(
            address ->
                new Entry(
                    message.getInt(at + INDEX),
                    address,
                    owner(attributes),
                    (attributes.number(RoutingRequests.IFA_FLAGS) & IFA_F_TENTATIVE) == 0));
  }

  /** A kernel before 5.18 keeps no protocol, and the flags are seen with IPv6 only. */
  private static Owner owner(Attributes attributes) {
    int flags = attributes.number(RoutingRequests.IFA_FLAGS);
    int mark = RoutingRequests.ADDRESS_MARK;
    return switch (attributes.octet(RoutingRequests.IFA_PROTO)) {
      case RoutingRequests.PROTOCOL -> Owner.OURS;
      case PROTOCOL_ADVERTISED, PROTOCOL_LINK_LOCAL -> Owner.KERNEL;
      default -> (flags & mark) == mark ? Owner.OURS : Owner.OTHERS;
    };
  }

  private static Optional<byte[]> octets(ByteBuffer value) {
    byte[] octets = new byte[value.remaining()];
    value.get(value.position(), octets);
    return octets.length == 4 || octets.length == 16 ? Optional.of(octets) : Optional.empty();
  }
}

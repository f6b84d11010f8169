package org.culvert.netdev.linux;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * A rule by which the kernel chooses a table of routes, as {@code ip rule} shows it.
 *
 * @param from all of a family where the rule names none; so with {@code to}
 * @param in the device that packets come in by; empty: any
 * @param special whether it is for packets with some mark, protocol, port, user or outgoing device
 *     only
 * @param unmarked whether it is for all packets but those with some mark
 * @param inverted whether it is for all packets but those that it names otherwise
 * @param action as in {@code FR_ACT_...}
 * @param target where a rule leads that jumps
 * @param suppressed what the table says by a route no longer than this is passed over; -1: nothing
 * @param protocol who put it there
 */
record HostRule(
    IpPrefix from,
    IpPrefix to,
    Optional<String> in,
    boolean special,
    boolean unmarked,
    boolean inverted,
    int action,
    long priority,
    long target,
    int table,
    int suppressed,
    int protocol) {
  /** {@code struct fib_rule_hdr}. */
  private static final int HEADER = 12;

  private static final int DESTINATION_LENGTH = 1;
  private static final int SOURCE_LENGTH = 2;
  private static final int TRAFFIC_CLASS = 3;
  private static final int ACTION = 7;
  private static final int FLAGS = 8;
  private static final int FIB_RULE_INVERT = 2;
  private static final int FR_ACT_GOTO = 2;
  private static final int FR_ACT_BLACKHOLE = 6;
  private static final int FR_ACT_UNREACHABLE = 7;
  private static final int FR_ACT_PROHIBIT = 8;

  /** What makes a rule one for some packets only. */
  private static final List<Integer> SPECIAL =
      List.of(
          HostRequests.FRA_TUN_ID,
          HostRequests.FRA_OIFNAME,
          HostRequests.FRA_UID_RANGE,
          HostRequests.FRA_IP_PROTO,
          HostRequests.FRA_SPORT_RANGE,
          HostRequests.FRA_DPORT_RANGE);

  /** Reads one message of a list. */
  static HostRule read(ByteBuffer message, Family family) {
    int at = message.position();
    Attributes attributes = Attributes.after(message, HEADER);
    boolean marked =
        attributes.number(HostRequests.FRA_FWMARK) != 0
            && attributes.number(HostRequests.FRA_FWMASK) != 0;
    boolean inverted = (message.getInt(at + FLAGS) & FIB_RULE_INVERT) != 0;
    boolean special =
        message.get(at + TRAFFIC_CLASS) != 0
            || attributes.octet(HostRequests.FRA_L3MDEV) != 0
            || SPECIAL.stream().anyMatch(type -> isSet(attributes, type));
    IpPrefix from =
        prefix(attributes.value(HostRequests.FRA_SRC), message.get(at + SOURCE_LENGTH), family);
    IpPrefix to =
        prefix(
            attributes.value(HostRequests.FRA_DST), message.get(at + DESTINATION_LENGTH), family);
    boolean named = from.length() > 0 || to.length() > 0;
    return new HostRule(
        from,
        to,
        Optional.of(attributes.text(HostRequests.FRA_IIFNAME)).filter(name -> !name.isEmpty()),
        special || (marked && !inverted),
        marked && inverted && !named,
        inverted && !(marked && !named),
        message.get(at + ACTION) & 0xFF,
        attributes.number(HostRequests.FRA_PRIORITY) & 0xFFFF_FFFFL,
        attributes.number(HostRequests.FRA_GOTO) & 0xFFFF_FFFFL,
        attributes.number(HostRequests.FRA_TABLE),
        attributes.value(HostRequests.FRA_SUPPRESS_PREFIXLEN).hasRemaining()
            ? attributes.number(HostRequests.FRA_SUPPRESS_PREFIXLEN)
            : -1,
        attributes.octet(HostRequests.FRA_PROTOCOL));
  }

  /** All users are no choice of users. */
  private static boolean isSet(Attributes attributes, int type) {
    ByteBuffer value = attributes.value(type);
    return type == HostRequests.FRA_UID_RANGE
        ? value.remaining() == 8 && (value.getInt(0) != 0 || value.getInt(4) != -1)
        : value.hasRemaining();
  }

  private static IpPrefix prefix(ByteBuffer value, byte length, Family family) {
    byte[] network = new byte[family == Family.IPV4 ? 4 : 16];
    value.get(0, network, 0, Math.min(value.remaining(), network.length));
    return IpPrefix.containing(IpAddresses.of(network), length & 0xFF);
  }

  boolean isOurs() {
    return protocol == RoutingRequests.PROTOCOL;
  }

  /** Tells whether the main table decides. */
  boolean isMain() {
    return looksUp() && table == RouteTable.RT_TABLE_MAIN;
  }

  /** Tells whether it is asked whether an address is the host's own. */
  boolean isLocal() {
    return looksUp() && table == RouteTable.RT_TABLE_LOCAL;
  }

  /** Tells whether it names no prefix, or the world. */
  boolean isForAll() {
    return from.isWorld() && to.isWorld() && !inverted;
  }

  boolean looksUp() {
    return action == HostRequests.FR_ACT_TO_TBL;
  }

  boolean jumps() {
    return action == FR_ACT_GOTO;
  }

  boolean rejects() {
    return action == FR_ACT_BLACKHOLE || action == FR_ACT_UNREACHABLE || action == FR_ACT_PROHIBIT;
  }

  /** Returns what {@code ip rule} calls it, behind its priority. */
  String text() {
    StringBuilder text = new StringBuilder();
    if (inverted || unmarked) {
      text.append("not ");
    }
    text.append("from ").append(from.length() == 0 ? "all" : from);
    if (to.length() > 0) {
      text.append(" to ").append(to);
    }
    in.ifPresent(name -> text.append(" iif ").append(name));
    return text.append(' ')
        .append(
            switch (action) {
              case FR_ACT_BLACKHOLE -> "blackhole";
              case FR_ACT_UNREACHABLE -> "unreachable";
              case FR_ACT_PROHIBIT -> "prohibit";
              default -> "lookup " + Integer.toUnsignedString(table);
            })
        .toString();
  }

  /** Returns the command that removes it. */
  String removal() {
    String ip =
        from.network().getAddress().length == 4 ? "ip rule del pref " : "ip -6 rule del pref ";
    return ip + priority + (inverted || unmarked ? "" : " " + text());
  }
}

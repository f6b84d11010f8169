package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the kernel tells of packet filters: which tables of ours there are, and what they count. */
final class FilterTable {
  private static final String PREFIX = "culvert_";

  private static final int NFNL_SUBSYS_NFTABLES = 10 << 8;
  private static final int NFT_MSG_GETOBJ = 19;
  private static final int NFPROTO_INET = 1;
  private static final int NFGENMSG = 4;

  private static final int NFTA_OBJ_TABLE = 1;
  private static final int NFTA_OBJ_NAME = 2;
  private static final int NFTA_OBJ_TYPE = 3;
  private static final int NFTA_OBJ_DATA = 4;
  private static final int NFT_OBJECT_COUNTER = 1;
  private static final int NFTA_COUNTER_BYTES = 1;
  private static final int NFTA_COUNTER_PACKETS = 2;

  private FilterTable() {}

  /** What passed a counter. */
  record Count(long packets, long octets) {
    static final Count ZERO = new Count(0, 0);

    Count plus(Count other) {
      return new Count(packets + other.packets, octets + other.octets);
    }
  }

  /** Returns the name of an owner's table. */
  static String of(String owner) {
    return PREFIX + owner;
  }

  /** Tells whether a table bears a name of ours. */
  static boolean isOurs(String table) {
    return table.startsWith(PREFIX);
  }

  /** Returns the owners of all tables of ours: a table of anybody's may bear such a name. */
  static Set<String> owners() throws IOException {
    Set<String> owners = new TreeSet<>();
    having(FilterRules.STRANGERS).forEach(table -> owners.add(table.substring(PREFIX.length())));
    return owners;
  }

  /** Returns all tables with a name of ours that have a counter. */
  static Set<String> having(String counter) throws IOException {
    Set<String> tables = new TreeSet<>();
    try (Netlink netlink = Netlink.open(Netlink.NETFILTER)) {
      netlink.dump(
          counters(),
          message -> {
            Attributes object = Attributes.after(message, NFGENMSG);
            String table = object.text(NFTA_OBJ_TABLE);
            if (isOurs(table) && object.text(NFTA_OBJ_NAME).equals(counter)) {
              tables.add(table);
            }
          });
    }
    return tables;
  }

  /** Returns all counters of a table by name; none if there is no such table. */
  static Map<String, Count> counters(String table) throws IOException {
    Map<String, Count> counts = new HashMap<>();
    try (Netlink netlink = Netlink.open(Netlink.NETFILTER)) {
      netlink.dump(
          counters().attribute(NFTA_OBJ_TABLE, (table + '\0').getBytes(StandardCharsets.US_ASCII)),
          message -> {
            Attributes object = Attributes.after(message, NFGENMSG);
            if (object.text(NFTA_OBJ_TABLE).equals(table)) {
              Attributes data = object.nested(NFTA_OBJ_DATA);
              counts.put(
                  object.text(NFTA_OBJ_NAME),
                  new Count(number(data, NFTA_COUNTER_PACKETS), number(data, NFTA_COUNTER_BYTES)));
            }
          });
    }
    return counts;
  }

  private static NetlinkMessage counters() {
    byte[] counter = {0, 0, 0, NFT_OBJECT_COUNTER};
    return new NetlinkMessage(
            NFNL_SUBSYS_NFTABLES | NFT_MSG_GETOBJ, Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP)
        .octet(NFPROTO_INET)
        .octet(0)
        .octet(0)
        .octet(0)
        .attribute(NFTA_OBJ_TYPE, counter);
  }

  /** These attributes are in network byte order, other than those of links. */
  private static long number(Attributes data, int type) {
    ByteBuffer value = data.value(type).duplicate().order(ByteOrder.BIG_ENDIAN);
    return value.remaining() < Long.BYTES ? 0 : value.getLong(0);
  }
}

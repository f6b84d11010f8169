package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads packet filters of others (nf_tables, which {@code iptables-nft} fills as well). Tables of
 * ours are left out.
 */
final class ForeignRules {
  static final int INET = 1;
  static final int IPV4 = 2;
  static final int IPV6 = 10;

  private static final int SUBSYSTEM = 10 << 8;
  private static final int GET_TABLE = 1;
  private static final int GET_CHAIN = 4;
  private static final int GET_RULE = 7;
  private static final int GET_SET_ELEMENT = 13;
  private static final int NFGENMSG = 4;

  private static final int TABLE_NAME = 1;
  private static final int TABLE_FLAGS = 2;
  private static final int DORMANT = 1;
  private static final int CHAIN_TABLE = 1;
  private static final int CHAIN_NAME = 3;
  private static final int CHAIN_HOOK = 4;
  private static final int CHAIN_POLICY = 5;
  private static final int CHAIN_TYPE = 7;
  private static final int HOOK_NUMBER = 1;
  private static final int RULE_TABLE = 1;
  private static final int RULE_CHAIN = 2;
  private static final int RULE_EXPRESSIONS = 4;
  private static final int EXPRESSION_NAME = 1;
  private static final int EXPRESSION_DATA = 2;
  private static final int ELEMENTS_TABLE = 1;
  private static final int ELEMENTS_SET = 2;
  private static final int ELEMENTS = 3;

  /** A table with more rules is left alone: nothing is said of it. */
  private static final int MOST_RULES = 20_000;

  private final Netlink netlink;

  ForeignRules(Netlink netlink) {
    this.netlink = netlink;
  }

  /** A table by its family and name. */
  record Table(int family, String name) {
    boolean isOf(Family version) {
      return family == INET || family == (version == Family.IPV4 ? IPV4 : IPV6);
    }

    /** Returns it as {@code nft} has it. */
    String text() {
      return (family == INET ? "inet " : family == IPV4 ? "ip " : "ip6 ") + name;
    }
  }

  /**
   * A chain that the kernel has packets pass.
   *
   * @param hook where, as in {@code enum nf_inet_hooks}
   * @param drops whether what no rule decides about is dropped
   */
  record BaseChain(Table table, String name, int hook, boolean drops) {}

  /** One step of a rule. */
  record Expression(String name, Attributes data) {}

  /** An element of a set. */
  record Element(Attributes attributes) {}

  /** Returns the filters' base chains; none where the kernel has no nf_tables. */
  List<BaseChain> baseChains() throws IOException {
    Set<Table> dormant = new HashSet<>();
    netlink.dump(
        list(GET_TABLE, 0),
        message -> {
          Attributes table = Attributes.after(message, NFGENMSG);
          if ((number(table, TABLE_FLAGS) & DORMANT) != 0) {
            dormant.add(new Table(family(message), table.text(TABLE_NAME)));
          }
        });
    List<BaseChain> chains = new ArrayList<>();
    netlink.dump(
        list(GET_CHAIN, 0),
        message -> {
          Attributes chain = Attributes.after(message, NFGENMSG);
          Table table = new Table(family(message), chain.text(CHAIN_TABLE));
          boolean ours = FilterTable.isOurs(table.name());
          if (!ours && chain.text(CHAIN_TYPE).equals("filter") && !dormant.contains(table)) {
            int hook = number(chain.nested(CHAIN_HOOK), HOOK_NUMBER);
            boolean drops =
                chain.value(CHAIN_POLICY).remaining() == 4 && number(chain, CHAIN_POLICY) == 0;
            chains.add(new BaseChain(table, chain.text(CHAIN_NAME), hook, drops));
          }
        });
    return chains;
  }

  /** Returns the rules of a table by chain; empty if there are too many to be looked at. */
  Optional<Map<String, List<List<Expression>>>> rules(Table table) throws IOException {
    Map<String, List<List<Expression>>> rules = new HashMap<>();
    int[] count = new int[1];
    netlink.dump(
        list(GET_RULE, table.family()).attribute(RULE_TABLE, text(table.name())),
        message -> {
          Attributes rule = Attributes.after(kept(message), NFGENMSG);
          // An old kernel tells all tables'.
          if (rule.text(RULE_TABLE).equals(table.name()) && ++count[0] <= MOST_RULES) {
            List<Expression> expressions = new ArrayList<>();
            rule.each(
                RULE_EXPRESSIONS,
                part ->
                    expressions.add(
                        new Expression(part.text(EXPRESSION_NAME), part.nested(EXPRESSION_DATA))));
            rules
                .computeIfAbsent(rule.text(RULE_CHAIN), chain -> new ArrayList<>())
                .add(expressions);
          }
        });
    return count[0] <= MOST_RULES ? Optional.of(rules) : Optional.empty();
  }

  /** Returns what is in a set. */
  List<Element> elements(Table table, String set) throws IOException {
    List<Element> elements = new ArrayList<>();
    netlink.dump(
        list(GET_SET_ELEMENT, table.family())
            .attribute(ELEMENTS_TABLE, text(table.name()))
            .attribute(ELEMENTS_SET, text(set)),
        message ->
            Attributes.after(kept(message), NFGENMSG)
                .each(ELEMENTS, element -> elements.add(new Element(element))));
    return elements;
  }

  /** The next message overwrites this one. */
  private static ByteBuffer kept(ByteBuffer message) {
    return ByteBuffer.allocate(message.remaining())
        .order(message.order())
        .put(message.duplicate())
        .flip();
  }

  private static int family(ByteBuffer message) {
    return message.get(message.position()) & 0xFF;
  }

  private static byte[] text(String name) {
    return (name + '\0').getBytes(StandardCharsets.UTF_8);
  }

  private static NetlinkMessage list(int what, int family) {
    return new NetlinkMessage(SUBSYSTEM | what, Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP)
        .octet(family)
        .octet(0)
        .octet(0)
        .octet(0);
  }

  /** These numbers are in network byte order; 0 if there is none. */
  static int number(Attributes attributes, int type) {
    ByteBuffer value = attributes.value(type).duplicate().order(ByteOrder.BIG_ENDIAN);
    return value.remaining() < Integer.BYTES ? 0 : value.getInt(0);
  }
}

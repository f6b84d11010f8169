package org.culvert.netdev.linux;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * The part of a guard's table by which tunnels reach one another that have a group in common, in
 * the words of {@code nft}.
 *
 * <p>A source's prefix stands in a map of all prefixes of its length, which leads to the chain of
 * its groups. That accepts what goes to a prefix of one of them, which stand in a set for each
 * group and length. So a packet costs two look-ups by hash for each length that there is, however
 * many tunnels and groups there are; and a change costs what it changes, for nft reads no set of
 * hashes, while it reads all of a set of intervals. Chains, maps and sets are only added: those of
 * a group that is gone are empty.
 *
 * <p>It remembers what it said. Who cannot say whether all of that was done makes a new table and
 * begins with a new object.
 */
final class GroupRules {
  /** Where packets from one tunnel to another are accepted; what comes back from it is not. */
  static final String CHAIN = "groups";

  /**
   * So many prefixes change at once. The kernel announces each of their elements to those who
   * listen, and a listener's buffer has room for some tens of thousands.
   */
  private static final int AT_ONCE = 5_000;

  /** What nft takes as part of a name. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]{1,32}");

  private final String table;
  private final Map<String, String> names = new HashMap<>();
  private final Map<Set<String>, String> chains = new HashMap<>();
  private final Set<String> made = new HashSet<>();
  private Map<IpPrefix, Set<String>> standing = Map.of();

  /** The commands of one step: what is made, what goes, what comes; the latter two by set. */
  private StringBuilder structure = new StringBuilder();

  private Map<String, Set<String>> gone = new LinkedHashMap<>();
  private Map<String, Set<String>> come = new LinkedHashMap<>();

  /**
   * @param table the guard's, in which {@link #CHAIN} is there and empty
   */
  GroupRules(String table) {
    this.table = table;
  }

  /** Returns the commands, step by step, that make these the groups of prefixes. */
  List<String> change(Map<IpPrefix, Set<String>> wanted) {
    List<String> steps = new ArrayList<>();
    int changes = 0;
    for (Map.Entry<IpPrefix, Set<String>> entry : wanted.entrySet()) {
      Set<String> before = standing.getOrDefault(entry.getKey(), Set.of());
      if (!before.equals(entry.getValue())) {
        remove(entry.getKey(), before);
        add(entry.getKey(), entry.getValue());
        changes = stepAfter(changes + 1, steps);
      }
    }
    for (Map.Entry<IpPrefix, Set<String>> entry : standing.entrySet()) {
      if (!wanted.containsKey(entry.getKey())) {
        remove(entry.getKey(), entry.getValue());
        changes = stepAfter(changes + 1, steps);
      }
    }
    if (changes > 0) {
      step(steps);
    }
    standing = wanted;
    return steps;
  }

  private int stepAfter(int changes, List<String> steps) {
    if (changes < AT_ONCE) {
      return changes;
    }
    step(steps);
    return 0;
  }

  private void step(List<String> steps) {
    StringBuilder text = structure;
    gone.forEach((set, elements) -> elements(text, "delete", set, elements));
    come.forEach((set, elements) -> elements(text, "add", set, elements));
    steps.add(text.toString());
    structure = new StringBuilder();
    gone = new LinkedHashMap<>();
    come = new LinkedHashMap<>();
  }

  private void elements(StringBuilder text, String what, String set, Set<String> elements) {
    text.append(what)
        .append(" element inet ")
        .append(table)
        .append(' ')
        .append(set)
        .append(" { ")
        .append(String.join(", ", elements))
        .append(" }\n");
  }

  private void remove(IpPrefix prefix, Set<String> groups) {
    if (groups.isEmpty()) {
      return;
    }
    Kind kind = Kind.of(prefix);
    String address = IpAddresses.uncompressed(prefix.network());
    note(gone, kind.map(), address);
    groups.forEach(group -> note(gone, kind.set(name(group)), address));
  }

  private void add(IpPrefix prefix, Set<String> groups) {
    if (groups.isEmpty()) {
      return;
    }
    Kind kind = Kind.of(prefix);
    String address = IpAddresses.uncompressed(prefix.network());
    if (made.add(kind.map())) {
      line("add map", kind.map() + " { type " + kind.type() + " : verdict; }");
      line("add rule", CHAIN + " " + kind.cut("saddr") + " vmap @" + kind.map());
    }
    note(come, kind.map(), address + " : jump " + chain(groups));
    for (String group : groups) {
      String set = kind.set(name(group));
      if (made.add(set)) {
        line("add set", set + " { type " + kind.type() + "; }");
        line("add rule", chain(group) + " " + kind.cut("daddr") + " @" + set + " accept");
      }
      note(come, set, address);
    }
  }

  private static void note(Map<String, Set<String>> sets, String set, String element) {
    sets.computeIfAbsent(set, name -> new LinkedHashSet<>()).add(element);
  }

  /** Returns the chain that accepts what goes to members of any of these groups. */
  private String chain(Set<String> groups) {
    if (groups.size() == 1) {
      return chain(groups.iterator().next());
    }
    return chains.computeIfAbsent(
        groups,
        several -> {
          String chain = "any_" + chains.size();
          line("add chain", chain);
          new TreeSet<>(several)
              .forEach(group -> line("add rule", chain + " jump " + chain(group)));
          return chain;
        });
  }

  private String chain(String group) {
    String chain = "in_" + name(group);
    if (made.add(chain)) {
      line("add chain", chain);
    }
    return chain;
  }

  /** A group is called as it is, so that the operator finds it, or by a number. */
  private String name(String group) {
    return names.computeIfAbsent(
        group, unnamed -> PLAIN.matcher(unnamed).matches() ? "g_" + unnamed : "n_" + names.size());
  }

  private void line(String command, String rest) {
    structure.append(command).append(" inet ").append(table).append(' ').append(rest).append('\n');
  }

  /** The prefixes of one version and length. */
  private record Kind(boolean four, int length) {
    static Kind of(IpPrefix prefix) {
      return new Kind(prefix.network() instanceof Inet4Address, prefix.length());
    }

    private String suffix() {
      return (four ? "4_" : "6_") + length;
    }

    String map() {
      return "from" + suffix();
    }

    String set(String group) {
      return "to" + suffix() + "_" + group;
    }

    String type() {
      return four ? "ipv4_addr" : "ipv6_addr";
    }

    /** Returns the words for an address, cut to the length. */
    String cut(String address) {
      String words = (four ? "ip " : "ip6 ") + address;
      return length == (four ? 32 : 128) ? words : words + " & " + IpAddresses.uncompressed(mask());
    }

    private InetAddress mask() {
      byte[] octets = new byte[four ? 4 : 16];
      for (int bit = 0; bit < length; bit++) {
        octets[bit / 8] |= (byte) (0x80 >> bit % 8);
      }
      return IpAddresses.of(octets);
    }
  }
}

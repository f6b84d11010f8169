package org.culvert.netdev.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.netdev.linux.FilterTable.Count;

/**
 * The rules that stand around tunnel devices, in the words of {@code nft}.
 *
 * <p>A packet finds its tunnel's own chain by one look-up of the device's name, whatever their
 * number. On the way in:
 *
 * <ol>
 *   <li>neither address is one that no tunnel may carry; the source is none of this host's, inner
 *       or outer, nor in this end's prefixes; it is no tunneled packet that this host would unpack
 *       ({@link LoopRules})
 *   <li>the source lies in what was assigned to the tunnel; then it is counted and let in
 * </ol>
 *
 * and on the way out the same for addresses, and the source lies in what is this end's, if that was
 * said. Whatever fails is dropped and counted, and nothing is answered.
 *
 * <p>First of all, TCP that connects learns what the tunnel carries, in both directions, so that it
 * works where no ICMP arrives.
 *
 * <p>What is reported about packets outside is judged by {@link ReportRules}.
 *
 * <p>Where a tunnel is a link of its own, what stays on its link passes as well, between link-local
 * addresses and to groups of the link, for routing protocols; but no neighbor discovery, which
 * would let the other end configure this host, no extension header that could hide it, and no
 * packet in a packet.
 *
 * <p>Nothing of a tunnel gets into the text but its device's name, which was checked, and
 * addresses.
 */
final class FilterRules {
  static final String STRANGERS = "strangers";

  /** Before connection tracking, so that what is dropped leaves no trace there. */
  private static final int BEFORE_ALL = -350;

  /** After source NAT: what counts is what would be sent. */
  private static final int AFTER_ALL = 350;

  /** The same as the userspace datapath's. */
  private static final String MARTIANS6 =
      "::/96, ::ffff:0:0/96, 2002::/16, fe80::/10, fec0::/10, ff00::/8";

  private static final String MARTIANS4 =
      "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, 240.0.0.0/4";

  private static final String STAYS_ON_LINK = "{ fe80::/10, ff02::/16 }";

  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int TCP_HEADER = 20;

  private final String table;

  FilterRules(String table) {
    this.table = "inet " + table;
  }

  /** Makes the table anew, empty. What other programs put into it goes. */
  String begin(Map<String, Count> counts) {
    StringBuilder text = new StringBuilder();
    remove(text);
    line(text, "add table", "");
    line(
        text,
        "add set",
        "martians6 { type ipv6_addr; flags interval; elements = { " + MARTIANS6 + " }; }");
    line(
        text,
        "add set",
        "martians4 { type ipv4_addr; flags interval; elements = { " + MARTIANS4 + " }; }");
    line(text, "add map", "inward { type ifname : verdict; }");
    line(text, "add map", "outward { type ifname : verdict; }");
    base(text, "in", "prerouting", BEFORE_ALL, "iifname vmap @inward");
    base(text, "out", "postrouting", AFTER_ALL, "oifname vmap @outward");
    counter(text, STRANGERS, counts);
    // The kernel answers what no tunnel takes, which would tell a forger what to forge (RFC 4213
    // section 5). 136 and 112: where the header that is sent back names protocol 41, or 4.
    base(
        text,
        "silence",
        "output",
        AFTER_ALL,
        "icmp type destination-unreachable icmp code port-unreachable @th,136,8 41"
            + " counter name strangers drop",
        "icmpv6 type destination-unreachable icmpv6 code port-unreachable @th,112,8 4"
            + " counter name strangers drop");
    ReportRules.sets().forEach(set -> line(text, "add set", set));
    base(text, "reports", "input", BEFORE_ALL, ReportRules.rules());
    return text.toString();
  }

  /** Removes the table, whether it is there or not. */
  String end() {
    StringBuilder text = new StringBuilder();
    remove(text);
    return text.toString();
  }

  private void remove(StringBuilder text) {
    // To delete what is not there fails, to add what is there does not.
    line(text, "add table", "");
    line(text, "delete table", "");
  }

  /** Says what a device's chains hold; two devices with the same rules differ in the names only. */
  List<String> of(TunnelDevice device) {
    String name = device.name();
    boolean six = TunnelKind.of(device.wire()).filter(TunnelKind::isIpv6Inside).isPresent();
    String source = six ? "ip6 saddr " : "ip saddr ";
    String destination = six ? "ip6 daddr " : "ip daddr ";
    String martians = six ? "@martians6" : "@martians4";
    String in = inward(name) + " ";
    String out = outward(name) + " ";
    String inMartian = drop(FilterCheck.IN_MARTIAN, name);
    String outMartian = drop(FilterCheck.OUT_MARTIAN, name);
    // On a link, what stays there has been judged before.
    String leaving = six && device.ownLink() ? destination + "!= " + STAYS_ON_LINK + " " : "";
    List<String> rules = new ArrayList<>();
    String clamp = clamp(device.mtu() - (six ? IPV6_HEADER : IPV4_HEADER) - TCP_HEADER);
    rules.add(in + clamp);
    rules.add(out + clamp);
    if (six && device.ownLink()) {
      rules.add(in + "fib saddr type local" + inMartian);
      onLink(rules, in, inMartian, counted(FilterCheck.IN_PASSED, name) + " accept");
      onLink(
          rules, out, outMartian, speaks(device) ? " accept" : drop(FilterCheck.OUT_SOURCE, name));
    }
    rules.add(in + source + martians + inMartian);
    rules.add(in + leaving + destination + martians + inMartian);
    List<IpPrefix> own = new ArrayList<>(device.localPrefixes());
    own.add(IpPrefix.host(device.localAddress()));
    rules.add(in + source + set(own) + inMartian);
    rules.add(in + "fib saddr type local" + inMartian);
    LoopRules.inward().forEach(rule -> rules.add(in + rule + drop(FilterCheck.IN_LOOP, name)));
    if (!device.remotePrefixes().isEmpty()) {
      rules.add(
          in
              + source
              + set(device.remotePrefixes())
              + counted(FilterCheck.IN_PASSED, name)
              + " accept");
    }
    rules.add(in + drop(FilterCheck.IN_SOURCE, name));
    rules.add(out + source + martians + outMartian);
    rules.add(out + leaving + destination + martians + outMartian);
    LoopRules.outward(six)
        .forEach(rule -> rules.add(out + rule + drop(FilterCheck.OUT_LOOP, name)));
    if (!device.localPrefixes().isEmpty()) {
      rules.add(out + source + set(device.localPrefixes()) + " accept");
      rules.add(out + drop(FilterCheck.OUT_SOURCE, name));
    }
    return rules;
  }

  /** It is only ever lowered. */
  private static String clamp(int segment) {
    return "tcp flags & (syn | rst) == syn tcp option maxseg size > "
        + segment
        + " tcp option maxseg size set "
        + segment;
  }

  /** A client that has not accepted a tunnel may not send from its own address. */
  private static boolean speaks(TunnelDevice device) {
    return device.localPrefixes().isEmpty()
        || device.localPrefixes().stream()
            .anyMatch(prefix -> prefix.contains(device.localAddress()));
  }

  /** 133 to 137 are all of neighbor discovery (RFC 4861 section 4). */
  private static void onLink(List<String> rules, String way, String drop, String accept) {
    String onLink = way + "ip6 daddr " + STAYS_ON_LINK + " ";
    rules.add(onLink + "ip6 nexthdr { 0, 4, 41, 43, 60 }" + drop);
    rules.add(onLink + "icmpv6 type 133-137" + drop);
    rules.add(onLink + "ip6 saddr fe80::/10" + accept);
  }

  /** Adds a device's chains and leads its packets there. */
  String add(String device, List<String> rules, Map<String, Count> counts) {
    StringBuilder text = new StringBuilder();
    for (FilterCheck check : FilterCheck.values()) {
      counter(text, check.counter(device), counts);
    }
    line(text, "add chain", inward(device));
    line(text, "add chain", outward(device));
    rules.forEach(rule -> line(text, "add rule", rule));
    line(text, "add element", "inward { \"" + device + "\" : goto " + inward(device) + " }");
    line(text, "add element", "outward { \"" + device + "\" : goto " + outward(device) + " }");
    return text.toString();
  }

  /** Gives a device other rules; it keeps its counters. */
  String change(String device, List<String> rules) {
    StringBuilder text = new StringBuilder();
    line(text, "flush chain", inward(device));
    line(text, "flush chain", outward(device));
    rules.forEach(rule -> line(text, "add rule", rule));
    return text.toString();
  }

  /** Puts into sets what was not there before, and takes out what is no more. */
  String elements(Set<String> before, Set<String> after) {
    StringBuilder text = new StringBuilder();
    before.stream()
        .filter(element -> !after.contains(element))
        .forEach(element -> line(text, "delete element", element));
    after.stream()
        .filter(element -> !before.contains(element))
        .forEach(element -> line(text, "add element", element));
    return text.toString();
  }

  /** Removes a device's chains. */
  String remove(String device) {
    StringBuilder text = new StringBuilder();
    line(text, "delete element", "inward { \"" + device + "\" }");
    line(text, "delete element", "outward { \"" + device + "\" }");
    line(text, "flush chain", inward(device));
    line(text, "flush chain", outward(device));
    line(text, "delete chain", inward(device));
    line(text, "delete chain", outward(device));
    for (FilterCheck check : FilterCheck.values()) {
      line(text, "delete counter", check.counter(device));
    }
    return text.toString();
  }

  private static String drop(FilterCheck check, String device) {
    return counted(check, device) + " drop";
  }

  private static String counted(FilterCheck check, String device) {
    return " counter name " + check.counter(device);
  }

  private static String inward(String device) {
    return "in/" + device;
  }

  private static String outward(String device) {
    return "out/" + device;
  }

  private void base(StringBuilder text, String chain, String hook, int priority, String... rules) {
    line(
        text,
        "add chain",
        chain + " { type filter hook " + hook + " priority " + priority + "; policy accept; }");
    for (String rule : rules) {
      line(text, "add rule", chain + " " + rule);
    }
  }

  private void counter(StringBuilder text, String name, Map<String, Count> counts) {
    Count count = counts.getOrDefault(name, Count.ZERO);
    line(
        text,
        "add counter",
        name + " { packets " + count.packets() + " bytes " + count.octets() + " }");
  }

  private void line(StringBuilder text, String command, String rest) {
    text.append(command).append(' ').append(table).append(' ').append(rest).append('\n');
  }

  private static String set(List<IpPrefix> prefixes) {
    return disjoint(prefixes).collect(Collectors.joining(", ", "{ ", " }"));
  }

  /** Writes prefixes without those inside others, for a set refuses what overlaps. */
  static Stream<String> disjoint(Collection<IpPrefix> prefixes) {
    return prefixes.stream()
        .distinct()
        .filter(p -> prefixes.stream().noneMatch(o -> o.contains(p) && !o.equals(p)))
        .map(FilterRules::text);
  }

  private static String text(IpPrefix prefix) {
    return IpAddresses.uncompressed(prefix.network()) + "/" + prefix.length();
  }
}

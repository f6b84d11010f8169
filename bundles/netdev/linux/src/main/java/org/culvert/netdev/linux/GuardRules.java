package org.culvert.netdev.linux;

import java.net.Inet4Address;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostGuard;
import org.culvert.api.netdev.HostService;
import org.culvert.netdev.linux.FilterTable.Count;

/**
 * The rules that guard a host, and tunnels from one another, in the words of {@code nft}.
 *
 * <p>A packet that others than tunnels send or get passes one look-up of its device's name. Nothing
 * tracks connections, for that would cost every packet that is forwarded: TCP is closed to who
 * opens a connection, and who was asked by UDP may answer for a minute.
 *
 * <p>Where a packet to this host comes in pieces (IPv6), the first one is judged; the others are
 * nothing without it.
 */
final class GuardRules {
  static final String CLOSED = "closed";
  static final String ISOLATED = "isolated";

  private static final String TABLE = "culvert_host_";

  /** Before the filter of the operator, who may drop more. */
  private static final int PRIORITY = -10;

  private static final int ANSWERS_SECONDS = 60;
  private static final int ANSWERS_MOST = 65_536;

  private static final String SIX_INSIDE = "\"" + TunnelKind.SIT.kernelName() + "\"";
  private static final String FOUR_INSIDE = "\"" + TunnelKind.IP6TNL.kernelName() + "\"";

  /** What is checked before it becomes part of a command. */
  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9._-]{1,15}\\*?");

  private static final Set<IpPrefix> ALL4 = Set.of(IpPrefix.parse("0.0.0.0/0"));
  private static final Set<IpPrefix> ALL6 = Set.of(IpPrefix.parse("::/0"));

  private final HostGuard guard;
  private final StringBuilder text = new StringBuilder();

  /** Whether a table that is there is changed. */
  private final boolean again;

  private GuardRules(HostGuard guard, boolean again) {
    this.guard = guard;
    this.again = again;
  }

  static String table(HostGuard guard) {
    return TABLE + DeviceName.checked(guard.name());
  }

  /** Tells whether a table is some guard's by its name, and safe in a command. */
  static boolean isTable(String table) {
    return table.startsWith(TABLE)
        && DEVICE.matcher(table.substring(TABLE.length())).matches()
        && !table.endsWith("*");
  }

  /** Returns the commands that make a guard's table anew in one step, and let it count on. */
  static String of(HostGuard guard, Map<String, Count> counts) {
    GuardRules rules = new GuardRules(guard, false);
    // To delete what is not there fails, to add what is there does not.
    rules.line("add table", "");
    rules.line("delete table", "");
    rules.line("add table", "");
    rules.all(counts);
    return rules.text.toString();
  }

  /**
   * Returns the commands that make an untouched table that of another guard with the same chains.
   * What counts, what was asked, and the groups' own part stay.
   */
  static String again(HostGuard guard) {
    GuardRules rules = new GuardRules(guard, true);
    rules.all(Map.of());
    return rules.text.toString();
  }

  private void all(Map<String, Count> counts) {
    if (!again) {
      counters(counts);
    }
    sets();
    if (!guard.open()) {
      host();
    }
    if (guard.isolates()) {
      isolation();
    }
  }

  private void counters(Map<String, Count> counts) {
    for (String counter : List.of(CLOSED, ISOLATED)) {
      Count count = counts.getOrDefault(counter, Count.ZERO);
      line(
          "add counter",
          counter + " { packets " + count.packets() + " bytes " + count.octets() + " }");
    }
  }

  private void sets() {
    String exact = named(name -> !name.endsWith("*")).collect(Collectors.joining(", "));
    set("names", "type ifname;", exact);
    set("members", guard.members());
    for (String version : List.of("4", "6")) {
      line(
          "add set",
          "asked"
              + version
              + " { type "
              + (version.equals("4") ? "ipv4_addr" : "ipv6_addr")
              + " . inet_service . inet_service; size "
              + ANSWERS_MOST
              + "; flags dynamic,timeout; timeout "
              + ANSWERS_SECONDS
              + "s; }");
    }
  }

  private void host() {
    // Protocols by their numbers: a host need not have the names, which are in a file.
    chain("host");
    rule("host", "meta l4proto { 1, 58 } accept");
    rule("host", "tcp flags & (syn | ack) != syn accept");
    rule("host", "frag frag-off != 0 accept");
    rule("host", "udp dport 3653 @th,64,4 6 counter name closed drop");
    // What is behind the UDP header can be read in a first piece, or stands in another.
    line("add chain", "piece");
    rule("piece", "@th,64,8 >= 0 return");
    rule("piece", "counter name closed drop");
    rule("host", "udp dport 3653 frag more-fragments 1 jump piece");
    ServiceRules.of(guard.services()).forEach(service -> rule("host", service + " accept"));
    rule("host", "meta l4proto 17 ip6 saddr . udp sport . udp dport @asked6 accept");
    rule("host", "meta l4proto 17 ip saddr . udp sport . udp dport @asked4 accept");
    rule("host", "counter name closed drop");
    base("input", "input");
    fromTunnels("input", "goto host");
    base("output", "output");
    String own =
        guard.services().stream()
            .filter(service -> service.protocol() == HostService.UDP && service.port() > 0)
            .map(service -> String.valueOf(service.port()))
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    chain("asks");
    if (!own.isEmpty()) {
      // What answers needs no answer, and must not fill the sets.
      rule("asks", "udp sport { " + own + " } return");
    }
    rule("asks", "meta l4proto 17 update @asked6 { ip6 daddr . udp dport . udp sport }");
    rule("asks", "meta l4proto 17 update @asked4 { ip daddr . udp dport . udp sport }");
    toTunnels("output", "jump asks");
  }

  private void isolation() {
    set("alone", guard.isolated());
    chain("between");
    for (String way : List.of("saddr", "daddr")) {
      if (covers(guard.isolated(), ALL6)) {
        rule("between", "meta nfproto ipv6 counter name isolated drop");
      } else {
        rule("between", "ip6 " + way + " @alone6 counter name isolated drop");
      }
      if (covers(guard.isolated(), ALL4)) {
        rule("between", "meta nfproto ipv4 counter name isolated drop");
      } else {
        rule("between", "ip " + way + " @alone4 counter name isolated drop");
      }
    }
    if (guard.groups().isPresent()) {
      // Its rules are not made here, see GroupRules.
      line("add chain", GroupRules.CHAIN);
      rule("between", "jump " + GroupRules.CHAIN);
      rule("between", "counter name isolated drop");
    }
    chain("from");
    toTunnels("from", "goto between");
    base("forward", "forward");
    fromTunnels("forward", "goto from");
  }

  private static boolean covers(Set<IpPrefix> isolated, Set<IpPrefix> all) {
    return isolated.containsAll(all);
  }

  private void fromTunnels(String chain, String verdict) {
    tunnels(chain, "iif", "saddr", verdict);
  }

  private void toTunnels(String chain, String verdict) {
    tunnels(chain, "oif", "daddr", verdict);
  }

  /** A device of a driver's may be another's, but what it carries for members is ours. */
  private void tunnels(String chain, String way, String address, String verdict) {
    rule(chain, way + "name @names " + verdict);
    named(name -> name.endsWith("*"))
        .forEach(name -> rule(chain, way + "name " + name + " " + verdict));
    String kind = "meta " + way + "kind ";
    rule(chain, kind + SIX_INSIDE + " ip6 " + address + " @members6 " + verdict);
    rule(chain, kind + FOUR_INSIDE + " ip " + address + " @members4 " + verdict);
  }

  private Stream<String> named(Predicate<String> which) {
    return guard.devices().stream()
        .filter(which)
        .map(
            name -> {
              if (!DEVICE.matcher(name).matches()) {
                throw new IllegalArgumentException("not the name of a device: " + name);
              }
              return "\"" + name + "\"";
            })
        .sorted();
  }

  /** Makes a set for each version; all addresses of one are none of a set's affairs. */
  private void set(String name, Collection<IpPrefix> prefixes) {
    for (boolean four : new boolean[] {true, false}) {
      List<IpPrefix> ofVersion =
          prefixes.stream()
              .filter(prefix -> prefix.length() > 0)
              .filter(prefix -> prefix.network() instanceof Inet4Address == four)
              .toList();
      set(
          name + (four ? "4" : "6"),
          "type " + (four ? "ipv4_addr" : "ipv6_addr") + "; flags interval;",
          list(ofVersion));
    }
  }

  private void set(String name, String kind, String elements) {
    line("add set", name + " { " + kind + " }");
    if (again) {
      line("flush set", name);
    }
    if (!elements.isEmpty()) {
      line("add element", name + " { " + elements + " }");
    }
  }

  private void chain(String name) {
    line("add chain", name);
    if (again) {
      line("flush chain", name);
    }
  }

  private static String list(Collection<IpPrefix> prefixes) {
    return FilterRules.disjoint(prefixes).sorted().collect(Collectors.joining(", "));
  }

  private void base(String chain, String hook) {
    line(
        "add chain",
        chain + " { type filter hook " + hook + " priority " + PRIORITY + "; policy accept; }");
    if (again) {
      line("flush chain", chain);
    }
  }

  private void rule(String chain, String rule) {
    line("add rule", chain + " " + rule);
  }

  private void line(String command, String rest) {
    text.append(command)
        .append(" inet ")
        .append(table(guard))
        .append(' ')
        .append(rest)
        .append('\n');
  }
}

package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lets a host that forwards IPv6 go on hearing routers where it heard them, or could have, before
 * it forwarded.
 *
 * <p>A kernel that forwards takes router advertisements only on interfaces with {@code accept_ra =
 * 2}, and forgets the default routes of the others at once. That holds as well for a link that
 * comes later, so new ones are born with that value, and those that got another are found.
 *
 * <p>The value for new interfaces is also the mark by which the next process knows that forwarding
 * was switched on by us. Where somebody else did that, all stays as he made it.
 */
final class RouterDiscovery {
  private static final String IPV6 = "ipv6";
  private static final String ACCEPT_RA = "accept_ra";

  /** Taken while nothing is forwarded. */
  private static final int UNLESS_FORWARDING = 1;

  private static final int ALWAYS = 2;

  private static final String TOLD =
      " takes router advertisements, and on a host that forwards IPv6 only with accept_ra = 2";

  private final HostView host;
  private final Set<String> lans;
  private final boolean allowed;
  private final Findings findings;
  private final Set<String> done = new TreeSet<>();

  /**
   * @param lans interfaces that this host itself is the router of
   * @param allowed whether settings may be changed
   */
  RouterDiscovery(HostView host, Set<String> lans, boolean allowed, Findings findings) {
    this.host = host;
    this.lans = lans;
    this.allowed = allowed;
    this.findings = findings;
  }

  /** Returns the interfaces that take no advertisements because they forward. */
  static Set<String> deaf(Collection<TunnelLink> links) {
    Set<String> deaf = new TreeSet<>();
    for (TunnelLink link : links) {
      LinkSettings settings = link.settings();
      if (link.maySeeRouters() && settings.acceptsUnlessForwarding() && settings.forwardsIpv6()) {
        deaf.add(link.name());
      }
    }
    return deaf;
  }

  /** Tells whether new interfaces are born for a host that forwards and hears routers. */
  static boolean isMarked() throws IOException {
    return ofNew().is(ALWAYS);
  }

  private static Sysctl ofNew() {
    return Sysctl.of(IPV6, "conf", "default", ACCEPT_RA);
  }

  /**
   * Prepares for forwarding, which is not switched on yet.
   *
   * @return whether no interface loses what routers advertise there
   */
  boolean prepare() throws IOException {
    Set<String> living = without(host.advertised());
    boolean safe = keep(living);
    if (allowed) {
      Set<String> others = new TreeSet<>();
      for (TunnelLink link : host.links().values()) {
        if (link.maySeeRouters() && link.settings().acceptsUnlessForwarding()) {
          others.add(link.name());
        }
      }
      others.removeAll(living);
      keep(without(others));
      mark();
    }
    return safe;
  }

  /** Finds who came later, on a host that forwards because it was told so by us. */
  void goOn() throws IOException {
    keep(without(deaf(host.links().values())));
    if (allowed) {
      mark();
    }
  }

  /** Tells of an interface that is losing what it has, on a host that others made forward. */
  void tell() {
    Set<String> losing = without(host.advertised());
    losing.retainAll(deaf(host.links().values()));
    for (String device : losing) {
      findings.missing("interface " + device + TOLD + "; type: " + setting(device).command(ALWAYS));
    }
  }

  private Set<String> without(Set<String> devices) {
    Set<String> rest = new TreeSet<>(devices);
    rest.removeAll(lans);
    return rest;
  }

  private static Sysctl setting(String device) {
    return Sysctl.ofDevice(IPV6, device, ACCEPT_RA);
  }

  /** Returns whether all of them hear routers, or need not. */
  private boolean keep(Set<String> devices) throws IOException {
    boolean kept = true;
    for (String device : devices) {
      Change change = change(setting(device), "interface " + device + TOLD);
      kept &= change == Change.KEPT;
      if (change != Change.REFUSED) {
        done.add(device);
      }
    }
    return kept;
  }

  /** Returns the interfaces that were set to hear routers, even if others have undone it. */
  Set<String> done() {
    return done;
  }

  private void mark() throws IOException {
    var unused = change(ofNew(), "an interface that comes later" + TOLD);
  }

  /** What became of a change. */
  private enum Change {
    KEPT,
    UNDONE,
    REFUSED
  }

  private Change change(Sysctl setting, String told) throws IOException {
    if (!setting.is(UNLESS_FORWARDING)) {
      return Change.KEPT;
    }
    if (!allowed) {
      findings.missing(told + "; type: " + setting.command(ALWAYS));
      return Change.REFUSED;
    }
    try {
      setting.set(ALWAYS);
      findings.changed(setting.name() + "=2 is set, and stays so: " + told);
      return Change.KEPT;
    } catch (IOException e) {
      findings.missing(
          told
              + "; it cannot be set ("
              + e.getMessage()
              + "); as root, type: "
              + setting.command(ALWAYS));
      return e instanceof UndoneException ? Change.UNDONE : Change.REFUSED;
    }
  }
}

package org.culvert.lan.radvd;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks behind the gateway.
 *
 * <p>To provide, in order: forwarding, the filter, a note of what will be added, the end of the
 * prefix's rest, the gateway's addresses, the announcement. What is withdrawn is announced for a
 * while as not to be used, and then taken back in the opposite order. So the LAN is never open
 * before the filter stands, and nothing is added that is not known after a crash.
 */
final class Lans implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lans.class);

  private final LanSettings settings;
  private final Supplier<List<Inet6Address>> offeredResolvers;
  private final ScheduledExecutorService timer;
  private final Gateway gateway;
  private final Firewall firewall;
  private final Radvd radvd;
  private final RadvdConf conf;
  private final Traces traces;

  /** Guarded by {@code this}, as is all that is done. */
  private Optional<IpPrefix> present = Optional.empty();

  private List<Subnet> subnets = List.of();
  private int mtu;
  private List<Inet6Address> announcedResolvers = List.of();

  /** What was withdrawn or left by an earlier process, and is not yet taken back. */
  private final Set<IpPrefix> oldPrefixes;

  private final List<Subnet> oldSubnets;

  /** Counts changes, so that a farewell that was overtaken is told from the last one. */
  private long change;

  private boolean closed;

  /**
   * @param offeredResolvers tells the name servers that the broker offers
   * @param timer one thread, which the caller ends
   */
  Lans(
      LanSettings settings,
      Programs programs,
      Supplier<List<Inet6Address>> offeredResolvers,
      ScheduledExecutorService timer) {
    this.settings = settings;
    this.offeredResolvers = offeredResolvers;
    this.timer = timer;
    this.gateway = new Gateway(programs);
    this.firewall = new Firewall(programs, settings.open());
    this.radvd = new Radvd(programs, settings.radvd(), settings.directory(), timer);
    this.conf = new RadvdConf(settings);
    this.traces = new Traces(settings.directory().resolve("added"));
    this.oldPrefixes = new HashSet<>(traces.recall().prefixes());
    this.oldSubnets = new ArrayList<>(traces.recall().subnets());
  }

  synchronized void provide(ServedTunnel tunnel) throws ServiceException {
    refuseIfClosed();
    IpPrefix prefix =
        tunnel
            .prefix()
            .orElseThrow(() -> ServiceException.lasting("the tunnel has no prefix", null));
    List<Subnet> wanted = Subnet.divide(settings, prefix);
    String device = DeviceName.of(tunnel);
    Gateway.Link link =
        gateway
            .link(device)
            .orElseThrow(
                () -> ServiceException.passing("the tunnel's device " + device + " is gone", null));
    if (settings.forwarding()) {
      gateway.forward();
    } else if (!gateway.forwards()) {
      LOG.warn("IPv6 is not forwarded here: hosts behind {} reach nothing", wanted);
    }
    if (settings.firewall()) {
      firewall.raise(tunnel, device);
    }
    become(prefix, wanted, link.mtu());
    gateway.end(prefix);
    List<String> missing = new ArrayList<>();
    for (Subnet subnet : subnets) {
      serve(subnet, missing);
    }
    announce(oldSubnets);
    if (!missing.isEmpty()) {
      throw ServiceException.passing(String.join("; ", missing), null);
    }
  }

  /** Who waited while all was taken back would leave things behind that nobody takes back. */
  private void refuseIfClosed() throws ServiceException {
    if (closed) {
      throw ServiceException.passing("the LANs are no longer served", null);
    }
  }

  /** What stood before and is not the same becomes old. */
  private void become(IpPrefix prefix, List<Subnet> wanted, int tunnelMtu) throws ServiceException {
    mtu = tunnelMtu;
    if (present.equals(Optional.of(prefix)) && subnets.equals(wanted)) {
      note();
      return;
    }
    retire();
    present = Optional.of(prefix);
    subnets = wanted;
    oldPrefixes.remove(prefix);
    oldSubnets.removeAll(wanted);
    sayFarewell();
    note();
  }

  private void retire() {
    change++;
    present.ifPresent(oldPrefixes::add);
    oldSubnets.removeAll(subnets);
    oldSubnets.addAll(subnets);
    present = Optional.empty();
    subnets = List.of();
  }

  private void note() throws ServiceException {
    Set<IpPrefix> prefixes = new HashSet<>(oldPrefixes);
    present.ifPresent(prefixes::add);
    List<Subnet> all = new ArrayList<>(subnets);
    all.addAll(oldSubnets);
    traces.remember(new Traces.Trace(prefixes, all));
  }

  private void serve(Subnet subnet, List<String> missing) throws ServiceException {
    Optional<Gateway.Link> link = gateway.link(subnet.device());
    if (link.isEmpty()) {
      missing.add("there is no interface " + subnet.device());
      return;
    }
    gateway.add(subnet.device(), subnet.gateway());
    if (!link.get().up()) {
      missing.add("the interface " + subnet.device() + " is down");
    }
  }

  private void announce(List<Subnet> retired) throws ServiceException {
    if (!settings.announce()) {
      return;
    }
    List<Inet6Address> now = resolvers();
    radvd.announce(conf.text(subnets, retired, mtu, now));
    announcedResolvers = now;
  }

  private List<Inet6Address> resolvers() {
    return settings.resolvers().isEmpty() ? offeredResolvers.get() : settings.resolvers();
  }

  synchronized void withdraw(ServedTunnel tunnel) throws ServiceException {
    refuseIfClosed();
    if (!present.equals(tunnel.prefix()) && present.isPresent()) {
      return;
    }
    retire();
    if (oldSubnets.isEmpty() && oldPrefixes.isEmpty()) {
      firewallDown();
      return;
    }
    sayFarewell();
    try {
      announce(oldSubnets);
    } catch (ServiceException e) {
      LOG.warn("The hosts cannot be told that {} is gone: {}", oldPrefixes, e.getMessage());
    }
  }

  private void firewallDown() throws ServiceException {
    if (settings.firewall()) {
      firewall.lower();
    }
  }

  /** Takes back what is old, after a while. */
  private void sayFarewell() {
    long said = change;
    if (oldSubnets.isEmpty() && oldPrefixes.isEmpty()) {
      return;
    }
    long seconds = settings.announce() ? settings.farewell().toSeconds() : 0;
    try {
      var unused = timer.schedule(() -> farewellOver(said), seconds, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed, it is taken back now", e);
    }
  }

  private synchronized void farewellOver(long said) {
    if (said != change || closed) {
      return;
    }
    try {
      if (present.isPresent()) {
        announce(List.of());
      } else {
        radvd.stop();
      }
      takeBack();
    } catch (ServiceException e) {
      LOG.warn("{} cannot be taken back, and is tried again: {}", oldPrefixes, e.getMessage());
      sayFarewell();
    }
  }

  private void takeBack() throws ServiceException {
    for (Subnet subnet : List.copyOf(oldSubnets)) {
      gateway.remove(subnet.device(), subnet.gateway());
      oldSubnets.remove(subnet);
    }
    for (IpPrefix prefix : List.copyOf(oldPrefixes)) {
      gateway.unend(prefix);
      oldPrefixes.remove(prefix);
    }
    if (present.isEmpty()) {
      firewallDown();
    }
    note();
  }

  synchronized List<String> verify(ServedTunnel tunnel) throws ServiceException {
    List<String> wrong = new ArrayList<>();
    if (!present.equals(tunnel.prefix())) {
      return List.of("the prefix is not handed on");
    }
    for (Subnet subnet : subnets) {
      if (!gateway.has(subnet.device(), subnet.gateway())) {
        wrong.add(subnet.device() + " lacks " + subnet.gateway());
      }
    }
    if (present.isPresent() && !gateway.ends(present.get())) {
      wrong.add("there is no unreachable route for the rest of " + present.get());
    }
    if (settings.forwarding() && !gateway.forwards()) {
      wrong.add("IPv6 is not forwarded");
    }
    if (settings.firewall() && !firewall.stands()) {
      wrong.add("the filter ip6 " + Firewall.TABLE + " is gone");
    }
    if (settings.announce()) {
      announcement(tunnel).ifPresent(wrong::add);
    }
    return wrong;
  }

  private Optional<String> announcement(ServedTunnel tunnel) throws ServiceException {
    if (!radvd.runs()) {
      return Optional.of("radvd does not run");
    }
    int tunnelMtu = gateway.link(DeviceName.of(tunnel)).map(Gateway.Link::mtu).orElse(mtu);
    return tunnelMtu == mtu && announcedResolvers.equals(resolvers())
        ? Optional.empty()
        : Optional.of("the tunnel's MTU or the resolvers are not those that are announced");
  }

  /** Tells the hosts and takes everything back, without waiting for anything. */
  @Override
  public synchronized void close() {
    closed = true;
    retire();
    if (settings.announce()) {
      radvd.stop();
    }
    try {
      takeBack();
    } catch (ServiceException e) {
      LOG.warn("Not all could be taken back from the LANs: {}", e.getMessage());
    }
  }
}

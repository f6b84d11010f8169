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
import org.culvert.api.netdev.PacketFilters;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks behind the gateway.
 *
 * <p>To provide, in order: the filter, forwarding, a note of what will be added, the end of the
 * prefix's rest, the gateway's addresses, the announcement. What is withdrawn is announced for a
 * while as not to be used, and then taken back in the opposite order. So the LAN is never open
 * before the filter stands, and nothing is added that is not known after a crash.
 */
final class Lans implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lans.class);

  private final LanSettings settings;
  private final ScheduledExecutorService timer;
  private final Gateway gateway;
  private final Forwarding forwarding;
  private final Firewall firewall;
  private final Announcement announcement;
  private final Traces traces;
  private final LanAddresses addresses;
  private final Faults faults;
  private final Watch watch;

  /** Guarded by {@code this}, as is all that is done. */
  private Optional<IpPrefix> present = Optional.empty();

  private List<Subnet> subnets = List.of();

  /** What was withdrawn or left by an earlier process, and is not yet taken back. */
  private final Set<IpPrefix> oldPrefixes;

  private final List<Subnet> oldSubnets;

  /** Counts changes, so that a farewell that was overtaken is told from the last one. */
  private long change;

  /** The tunnel that was provided for last. */
  private Optional<ServedTunnel> served = Optional.empty();

  private boolean closed;

  /**
   * @param filters tells when another program changes the filter
   * @param offeredResolvers tells the name servers that the broker offers
   * @param timer one thread, which the caller ends
   */
  Lans(
      LanSettings settings,
      Programs programs,
      PacketFilters filters,
      Supplier<List<Inet6Address>> offeredResolvers,
      ScheduledExecutorService timer) {
    this.settings = settings;
    this.timer = timer;
    this.gateway = new Gateway(programs);
    this.forwarding = new Forwarding(programs);
    this.firewall = new Firewall(programs, settings, filters);
    this.announcement =
        new Announcement(
            settings,
            gateway,
            new Radvd(programs, settings.radvd(), settings.directory(), timer),
            offeredResolvers);
    this.traces = new Traces(settings.directory().resolve("added"));
    this.addresses = new LanAddresses(gateway, new LanRoutes(programs), traces);
    this.faults = new Faults(settings, gateway, forwarding, addresses, firewall, announcement);
    this.watch = new Watch(timer, System::nanoTime, this::look, this::provideAgain);
    this.oldPrefixes = new HashSet<>(traces.recall().prefixes());
    this.oldSubnets = new ArrayList<>(traces.recall().subnets());
  }

  synchronized void provide(ServedTunnel tunnel) throws ServiceException {
    refuseIfClosed();
    served = Optional.of(tunnel);
    watch.begin();
    IpPrefix prefix =
        tunnel
            .prefix()
            .orElseThrow(() -> ServiceException.lasting("the tunnel has no prefix", null));
    List<Subnet> wanted = Subnet.divide(settings, prefix);
    String device = DeviceName.of(tunnel);
    if (settings.firewall()) {
      Set<IpPrefix> prefixes = new HashSet<>(oldPrefixes);
      present.ifPresent(prefixes::add);
      prefixes.add(prefix);
      firewall.raise(tunnel, device, prefixes);
    }
    Gateway.Link link =
        gateway
            .link(device)
            .orElseThrow(
                () -> ServiceException.passing("the tunnel's device " + device + " is gone", null));
    if (settings.forwarding()) {
      forwarding.switchOn(Subnet.devices(wanted), device);
    } else if (!forwarding.isOn()) {
      LOG.warn("IPv6 is not forwarded here: hosts behind {} reach nothing", wanted);
    }
    become(prefix, wanted, link.mtu());
    gateway.end(prefix);
    List<String> wrong = new ArrayList<>();
    for (Subnet subnet : subnets) {
      addresses.give(subnet).ifPresent(wrong::add);
    }
    announcement.tell(subnets, oldSubnets);
    if (!wrong.isEmpty()) {
      throw ServiceException.passing(String.join("; ", wrong), null);
    }
  }

  private synchronized void provideAgain() throws ServiceException {
    if (served.isPresent() && !closed) {
      provide(served.get());
    }
  }

  private synchronized List<String> look() {
    if (served.isEmpty() || present.isEmpty() || closed) {
      return List.of();
    }
    firewall.look();
    try {
      return faults.ours(served.get(), present.get(), subnets);
    } catch (ServiceException e) {
      return List.of(String.valueOf(e.getMessage()));
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
    announcement.mtu(tunnelMtu);
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
    traces.remember(new Traces.Trace(prefixes, traces.recall().subnets()));
  }

  synchronized void withdraw(ServedTunnel tunnel) throws ServiceException {
    refuseIfClosed();
    if (!present.equals(tunnel.prefix()) && present.isPresent()) {
      return;
    }
    served = Optional.empty();
    retire();
    if (oldSubnets.isEmpty() && oldPrefixes.isEmpty()) {
      firewallDown();
      return;
    }
    sayFarewell();
    try {
      announcement.tell(subnets, oldSubnets);
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
        announcement.tell(subnets, List.of());
      } else {
        announcement.end();
      }
      takeBack();
    } catch (ServiceException e) {
      LOG.warn("{} cannot be taken back, and is tried again: {}", oldPrefixes, e.getMessage());
      sayFarewell();
    }
  }

  /** Each for itself; what cannot be taken back stays known. */
  private void takeBack() throws ServiceException {
    List<ServiceException> failures = new ArrayList<>();
    for (Subnet subnet : List.copyOf(oldSubnets)) {
      try {
        addresses.remove(subnet);
        oldSubnets.remove(subnet);
      } catch (ServiceException e) {
        failures.add(e);
      }
    }
    for (IpPrefix prefix : List.copyOf(oldPrefixes)) {
      try {
        gateway.unend(prefix);
        oldPrefixes.remove(prefix);
      } catch (ServiceException e) {
        failures.add(e);
      }
    }
    note();
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
    if (present.isEmpty()) {
      firewallDown();
    }
  }

  synchronized List<String> verify(ServedTunnel tunnel) throws ServiceException {
    if (present.isEmpty() || !present.equals(tunnel.prefix())) {
      return List.of("the prefix is not handed on");
    }
    List<String> wrong = new ArrayList<>(faults.of(tunnel, present.get(), subnets));
    if (!announcement.isMade()) {
      wrong.add("radvd does not run");
    }
    return wrong;
  }

  /** Tells the hosts and takes everything back, without waiting for anything. */
  @Override
  public synchronized void close() {
    closed = true;
    retire();
    announcement.end();
    try {
      takeBack();
    } catch (ServiceException e) {
      LOG.warn("Not all could be taken back from the LANs: {}", e.getMessage());
    }
    firewall.close();
  }
}

package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.DeviceOutcome;
import org.culvert.api.netdev.DeviceWatcher;
import org.culvert.api.netdev.Hindrances;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.netdev.Ways;
import org.culvert.netdev.linux.AddressTable.Owner;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Makes TUN devices and gives devices addresses and routes, by rtnetlink.
 *
 * <p>Devices belong to the network namespace of the thread that makes them, and configuring looks
 * there too.
 */
@Component
public final class LinuxNetworkDevices implements NetworkDevices {
  /** A device that is looked at and put right. */
  private record Work(
      int device, DeviceConfiguration wanted, DeviceState state, DeviceRepair repair) {
    Work(int device, DeviceConfiguration wanted, DeviceRepair repair) {
      this(device, wanted, new DeviceState(device, wanted), repair);
    }

    /** Returns the same before another look. */
    Work anew() {
      return new Work(device, wanted, repair);
    }
  }

  private final OpenDevices open;
  private final Newcomers newcomers;

  /** Touches nothing of the operating system, so that it can say what is amiss when it is used. */
  @Activate
  public LinuxNetworkDevices() {
    this(new OpenDevices());
  }

  LinuxNetworkDevices(OpenDevices open) {
    this(open, new Newcomers());
  }

  LinuxNetworkDevices(OpenDevices open, Newcomers newcomers) {
    this.open = open;
    this.newcomers = newcomers;
  }

  @Override
  public TunDevice openTun(String name, int mtu) throws IOException {
    DeviceName.checked(name);
    Libc.load();
    LinuxTunDevice tun = LinuxTunDevice.open(name);
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      int device = DeviceName.index(name);
      open.opened(tun);
      tun.whenClosed(() -> open.closed(tun));
      // Refused where the kernel has no IPv6, and then there is nothing to keep quiet.
      netlink.change(List.of(RoutingRequests.quiet(device)));
      netlink.change(RoutingRequests.mtu(device, mtu), "setting the MTU of " + name);
      netlink.change(RoutingRequests.up(device), "setting " + name + " up");
      return tun;
    } catch (IOException | RuntimeException e) {
      tun.close();
      throw e;
    }
  }

  @Override
  public Optional<String> foreign(String name) throws IOException {
    Libc.load();
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      return OwnDevices.foreign(netlink, name);
    }
  }

  /** Serialized: two callers with different wishes for one device must not interleave. */
  @Override
  public synchronized Map<String, DeviceOutcome> configure(
      Map<String, DeviceConfiguration> wanted) {
    Map<String, DeviceOutcome> outcomes = new HashMap<>();
    try {
      wanted.keySet().forEach(DeviceName::checked);
      Libc.load();
      try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
        configure(netlink, wanted, outcomes);
      }
    } catch (IOException e) {
      DeviceOutcome failed = DeviceOutcome.failed(reason(e));
      wanted.keySet().forEach(device -> outcomes.putIfAbsent(device, failed));
    }
    return outcomes;
  }

  private void configure(
      Netlink netlink, Map<String, DeviceConfiguration> wanted, Map<String, DeviceOutcome> outcomes)
      throws IOException {
    Map<String, Work> works = new LinkedHashMap<>();
    wanted.forEach(
        (name, configuration) -> {
          LinkRepair link = new LinkRepair(netlink, name, open::isOurs);
          try {
            open.putBack(netlink, name).ifPresent(link::wasCalled);
            int index = link.fit(configuration).index();
            DeviceRepair repair =
                new DeviceRepair(netlink, name, index, link.restored(), newcomers);
            link.ipv4Kept().ifPresent(cause -> repair.refuseIpv4(configuration.routes(), cause));
            works.put(name, new Work(index, configuration, repair));
          } catch (IOException e) {
            outcomes.put(name, DeviceOutcome.failed(reason(e)));
          }
        });
    look(netlink, works.values());
    lookAgainAtDeaf(netlink, works, outcomes);
    works.forEach(
        (name, work) -> {
          DeviceState state = work.state();
          outcomes.put(
              name,
              change(
                  work.repair(),
                  state.missingAddresses(),
                  state.missingRoutes(),
                  state.surplusRoutes(),
                  state.surplusAddresses()));
        });
  }

  private static void look(Netlink netlink, Collection<Work> works) throws IOException {
    DeviceState.look(netlink, works.stream().map(Work::state).toList());
  }

  /** With the last IPv4 address of a device go all its IPv4 routes. */
  private static void lookAgainAtDeaf(
      Netlink netlink, Map<String, Work> works, Map<String, DeviceOutcome> outcomes)
      throws IOException {
    Map<String, Work> again = new LinkedHashMap<>();
    for (Map.Entry<String, Work> entry : works.entrySet()) {
      Work work = entry.getValue();
      try {
        if (work.repair().removeDeaf(work.state().curableAddresses(netlink))) {
          again.put(entry.getKey(), work.anew());
        }
      } catch (IOException e) {
        outcomes.put(entry.getKey(), DeviceOutcome.failed(reason(e)));
      }
    }
    works.keySet().removeAll(outcomes.keySet());
    works.putAll(again);
    if (!again.isEmpty()) {
      look(netlink, again.values());
    }
  }

  /** Adds, then removes. */
  private static DeviceOutcome change(
      DeviceRepair repair,
      Collection<InterfaceAddress> addresses,
      Collection<Route> routes,
      Collection<Route> surplusRoutes,
      Collection<InterfaceAddress> surplusAddresses) {
    try {
      repair.addAddresses(addresses);
      repair.addRoutes(routes);
      repair.removeRoutes(surplusRoutes);
      repair.removeAddresses(surplusAddresses);
      return repair.outcome();
    } catch (IOException e) {
      return DeviceOutcome.failed(reason(e));
    }
  }

  @Override
  public synchronized DeviceOutcome change(
      String device, DeviceConfiguration from, DeviceConfiguration to) {
    for (boolean ipv4 : new boolean[] {false, true}) {
      if (LinkRepair.hasAddress(to, ipv4) && !LinkRepair.hasAddress(from, ipv4)) {
        // The device may not be fit for a version of IP that it has not carried.
        return configureOne(device, to);
      }
    }
    if (to.forwardsIpv4() && !from.forwardsIpv4()) {
      return configureOne(device, to);
    }
    try {
      DeviceName.checked(device);
      Libc.load();
      open.check(device);
      int index = DeviceName.index(device);
      try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
        if (from.mtu() != to.mtu()) {
          netlink.change(RoutingRequests.mtu(index, to.mtu()), "setting the MTU of " + device);
        }
        return change(
            new DeviceRepair(netlink, device, index, List.of(), newcomers),
            minus(to.addresses(), from.addresses()),
            DeviceState.routesOnlyOf(to, from, index),
            DeviceState.routesOnlyOf(from, to, index),
            ours(netlink, index, minus(from.addresses(), to.addresses())));
      }
    } catch (IOException e) {
      return DeviceOutcome.failed(reason(e));
    }
  }

  private DeviceOutcome configureOne(String device, DeviceConfiguration wanted) {
    return configure(Map.of(device, wanted)).getOrDefault(device, DeviceOutcome.GOOD);
  }

  /** Returns those of a device's addresses that others have not put there. */
  private static Set<InterfaceAddress> ours(
      Netlink netlink, int device, Set<InterfaceAddress> addresses) throws IOException {
    Set<InterfaceAddress> ours = new HashSet<>();
    if (!addresses.isEmpty()) {
      AddressTable.each(
          netlink,
          device,
          entry -> {
            if (entry.owner() == Owner.OURS && addresses.contains(entry.address())) {
              ours.add(entry.address());
            }
          });
    }
    return ours;
  }

  private static <T> Set<T> minus(Set<T> some, Set<T> others) {
    Set<T> left = new HashSet<>();
    for (T item : some) {
      if (!others.contains(item)) {
        left.add(item);
      }
    }
    return left;
  }

  @Override
  public List<String> verify(Map<String, DeviceConfiguration> wanted) throws IOException {
    wanted.keySet().forEach(DeviceName::checked);
    Libc.load();
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      return new Inspection(wanted, TunnelLinks.list(netlink), newcomers).findings(netlink);
    }
  }

  @Override
  public Hindrances hindrances(Ways ways) throws IOException {
    if (ways.destinations().isEmpty() && ways.sources().isEmpty() && ways.devices().isEmpty()) {
      return Hindrances.NONE;
    }
    Libc.load();
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      HostNames names = new HostNames(netlink);
      Optional<PartSearch> parts =
          ways.parts() ? PartSearch.in(ways.destinations(), names) : Optional.empty();
      Map<IpPrefix, String> whole =
          new HashMap<>(new ShadowSearch(netlink, ways.destinations()).shadowed(names, parts));
      RuleSearch rules = new RuleSearch(netlink, names).search(ways);
      rules.whole().forEach(whole::putIfAbsent);
      Map<IpPrefix, String> some = new HashMap<>(rules.parts());
      if (parts.isPresent()) {
        some.putAll(parts.get().told(names));
      }
      return new Hindrances(
          whole, ways.parts() ? some : Map.of(), FilterSearch.closed(ways, names, netlink));
    }
  }

  @Override
  public Map<InetAddress, String> missing(Set<InetAddress> addresses) throws IOException {
    if (addresses.isEmpty()) {
      return Map.of();
    }
    Libc.load();
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      return MissingAddresses.among(netlink, addresses);
    }
  }

  @Override
  public Watch watch(DeviceWatcher watcher) throws IOException {
    Libc.load();
    return ForeignFilterWatch.with(watcher, LinuxDeviceWatch.begin(watcher));
  }

  private static String reason(IOException e) {
    return String.valueOf(e.getMessage());
  }
}

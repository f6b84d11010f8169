package org.culvert.testkit.net;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.DeviceOutcome;
import org.culvert.api.netdev.DeviceWatcher;
import org.culvert.api.netdev.Hindrances;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.netdev.Ways;

/** Network devices in memory, with the addresses and routes they were given. Thread-safe. */
public final class InMemoryNetworkDevices implements NetworkDevices {
  private static final DeviceConfiguration NOTHING = new DeviceConfiguration(Set.of(), Set.of(), 0);

  private final Map<String, InMemoryTun> tuns = new ConcurrentHashMap<>();
  private final Set<String> interfaces = ConcurrentHashMap.newKeySet();
  private final Map<IpPrefix, String> refusedRoutes = new ConcurrentHashMap<>();
  private final List<DeviceWatcher> watchers = new CopyOnWriteArrayList<>();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger configurations = new AtomicInteger();
  private final List<String> shadows = new CopyOnWriteArrayList<>();
  private final Map<IpPrefix, String> rivals = new ConcurrentHashMap<>();
  private final Map<IpPrefix, String> parts = new ConcurrentHashMap<>();
  private final Map<String, String> filters = new ConcurrentHashMap<>();
  private final AtomicInteger searches = new AtomicInteger();
  private final Set<IpPrefix> watched = ConcurrentHashMap.newKeySet();
  private final Set<IpPrefix> gaps = ConcurrentHashMap.newKeySet();
  private final Set<InetAddress> absent = ConcurrentHashMap.newKeySet();
  private final AtomicInteger addressLooks = new AtomicInteger();
  private volatile Optional<String> refusal = Optional.empty();

  @Override
  public TunDevice openTun(String name, int mtu) throws IOException {
    refuseIfTold();
    InMemoryTun tun =
        new InMemoryTun(
            name,
            mtu,
            closed -> {
              tuns.remove(name, closed);
              noteGaps();
            });
    if (tuns.putIfAbsent(name, tun) != null) {
      throw new IOException("there is a device " + name + " already");
    }
    return tun;
  }

  @Override
  public Optional<String> foreign(String name) {
    return interfaces.contains(name) ? Optional.of(name) : Optional.empty();
  }

  /** Lets the host have an interface that is none of ours. */
  public void addInterface(String name) {
    interfaces.add(name);
  }

  @Override
  public Map<String, DeviceOutcome> configure(Map<String, DeviceConfiguration> wanted) {
    Map<String, DeviceOutcome> outcomes = new HashMap<>();
    wanted.forEach(
        (device, configuration) -> outcomes.put(device, configure(device, configuration, true)));
    return outcomes;
  }

  @Override
  public void configure(String device, DeviceConfiguration configuration) throws IOException {
    Optional<String> cause = configure(device, configuration, true).cause();
    if (cause.isPresent()) {
      throw new IOException(cause.get());
    }
  }

  @Override
  public DeviceOutcome change(String device, DeviceConfiguration from, DeviceConfiguration to) {
    InMemoryTun tun = tuns.get(device);
    DeviceConfiguration has = tun == null ? NOTHING : tun.present().orElse(NOTHING);
    return configure(
        device,
        new DeviceConfiguration(
            changed(has.addresses(), from.addresses(), to.addresses()),
            changed(has.routes(), from.routes(), to.routes()),
            changed(has.fallbackRoutes(), from.fallbackRoutes(), to.fallbackRoutes()),
            to.mtu(),
            to.defaultMetric()),
        false);
  }

  private static <T> Set<T> changed(Set<T> has, Set<T> from, Set<T> to) {
    Set<T> changed = new HashSet<>(has);
    from.stream().filter(item -> !to.contains(item)).forEach(changed::remove);
    to.stream().filter(item -> !from.contains(item)).forEach(changed::add);
    return changed;
  }

  private synchronized DeviceOutcome configure(
      String device, DeviceConfiguration wanted, boolean looked) {
    InMemoryTun tun = tuns.get(device);
    if (refusal.isPresent()) {
      return DeviceOutcome.failed(refusal.get());
    }
    if (tun == null) {
      return DeviceOutcome.failed("there is no device " + device);
    }
    configurations.incrementAndGet();
    if (looked) {
      looks.incrementAndGet();
    }
    Map<IpPrefix, String> refused = new HashMap<>();
    for (IpPrefix route : wanted.routes()) {
      reason(tun, route, false).ifPresent(reason -> refused.put(route, reason));
    }
    for (IpPrefix route : wanted.fallbackRoutes()) {
      reason(tun, route, true).ifPresent(reason -> refused.put(route, reason));
    }
    DeviceConfiguration possible =
        new DeviceConfiguration(
            wanted.addresses(),
            minus(wanted.routes(), refused.keySet()),
            minus(wanted.fallbackRoutes(), refused.keySet()),
            wanted.mtu(),
            wanted.defaultMetric());
    List<String> restored = looked ? differences(tun, possible) : List.of();
    tun.configure(possible);
    noteGaps();
    return new DeviceOutcome(restored, Map.of(), refused, Optional.empty());
  }

  /** As a kernel does: one device has the route to a destination, and one the fallback. */
  private Optional<String> reason(InMemoryTun tun, IpPrefix route, boolean fallback) {
    String reason = refusedRoutes.get(route);
    if (reason != null) {
      return Optional.of(reason);
    }
    return tuns.values().stream()
            .filter(other -> other != tun)
            .anyMatch(o -> o.has(route, fallback))
        ? Optional.of("another device has a route of " + tun.name())
        : Optional.empty();
  }

  private static <T> Set<T> minus(Set<T> some, Set<T> others) {
    Set<T> left = new HashSet<>(some);
    left.removeAll(others);
    return left;
  }

  private static List<String> differences(InMemoryTun tun, DeviceConfiguration wanted) {
    DeviceConfiguration has = tun.present().orElse(NOTHING);
    Set<Object> missing = new LinkedHashSet<>(minus(wanted.addresses(), has.addresses()));
    missing.addAll(minus(wanted.routes(), has.routes()));
    missing.addAll(minus(wanted.fallbackRoutes(), has.fallbackRoutes()));
    return missing.stream().map(item -> tun.name() + " lacked " + item).sorted().toList();
  }

  private void noteGaps() {
    for (IpPrefix prefix : watched) {
      if (tuns.values().stream().noneMatch(tun -> tun.leadsTo(prefix))) {
        gaps.add(prefix);
      }
    }
  }

  @Override
  public List<String> verify(Map<String, DeviceConfiguration> wanted) throws IOException {
    refuseIfTold();
    List<String> findings = new ArrayList<>(shadows);
    for (Map.Entry<String, DeviceConfiguration> entry : new TreeMap<>(wanted).entrySet()) {
      InMemoryTun tun = tuns.get(entry.getKey());
      if (tun == null) {
        findings.add("device " + entry.getKey() + " is missing");
      } else if (!tun.present().equals(Optional.of(entry.getValue()))) {
        findings.add("device " + entry.getKey() + " is not as it should be");
      }
    }
    return findings;
  }

  @Override
  public Hindrances hindrances(Ways ways) throws IOException {
    refuseIfTold();
    searches.incrementAndGet();
    Map<IpPrefix, String> whole = new HashMap<>(rivals);
    Set<IpPrefix> asked = new HashSet<>(ways.destinations().keySet());
    asked.addAll(ways.sources().keySet());
    whole.keySet().retainAll(asked);
    Map<IpPrefix, String> some = new HashMap<>();
    if (ways.parts()) {
      for (IpPrefix destination : ways.destinations().keySet()) {
        parts.forEach(
            (part, reason) -> {
              if (destination.length() < part.length() && destination.contains(part)) {
                some.put(destination, reason);
              }
            });
      }
    }
    Map<String, String> closed = new HashMap<>(filters);
    closed.keySet().retainAll(ways.devices());
    return new Hindrances(whole, some, closed);
  }

  @Override
  public Map<InetAddress, String> missing(Set<InetAddress> addresses) throws IOException {
    refuseIfTold();
    addressLooks.incrementAndGet();
    Map<InetAddress, String> found = new HashMap<>();
    for (InetAddress address : addresses) {
      if (absent.contains(address)) {
        found.put(address, "no interface has the address " + IpAddresses.text(address));
      }
    }
    return found;
  }

  @Override
  public Watch watch(DeviceWatcher watcher) throws IOException {
    refuseIfTold();
    watchers.add(watcher);
    return () -> watchers.removeIf(present -> present == watcher);
  }

  /** Lets another program take routes from a device, one announcement for each. */
  public void lose(String device, IpPrefix... destinations) {
    for (IpPrefix destination : destinations) {
      InMemoryTun tun = tun(device);
      DeviceConfiguration has = tun.configuration();
      tun.configure(
          new DeviceConfiguration(
              has.addresses(),
              minus(has.routes(), Set.of(destination)),
              minus(has.fallbackRoutes(), Set.of(destination)),
              has.mtu(),
              has.defaultMetric()));
      watchers.forEach(watcher -> watcher.route(Optional.of(device), destination));
    }
  }

  /** Lets another program take an address from a device. */
  public void lose(String device, InterfaceAddress address) {
    InMemoryTun tun = tun(device);
    DeviceConfiguration has = tun.configuration();
    tun.configure(
        new DeviceConfiguration(
            minus(has.addresses(), Set.of(address)),
            has.routes(),
            has.fallbackRoutes(),
            has.mtu(),
            has.defaultMetric()));
    watchers.forEach(watcher -> watcher.address(device, address.address()));
  }

  /** Lets another program set a device down and up, with which all goes that it has. */
  public void bounce(String device) {
    empty(device);
    watchers.forEach(watcher -> watcher.device(device));
  }

  /** Takes all from a device without an announcement. */
  public void empty(String device) {
    InMemoryTun tun = tun(device);
    tun.configure(new DeviceConfiguration(Set.of(), Set.of(), Set.of(), tun.configuration().mtu()));
  }

  /** Lets watchers know that they missed something. */
  public void overflow() {
    watchers.forEach(DeviceWatcher::everything);
  }

  /** Lets another program take the place of a route to a destination. */
  public void occupy(IpPrefix destination, String reason) {
    refusedRoutes.put(destination, reason);
    for (InMemoryTun tun : tuns.values()) {
      if (tun.leadsTo(destination)) {
        DeviceConfiguration has = tun.configuration();
        tun.configure(
            new DeviceConfiguration(
                has.addresses(),
                minus(has.routes(), Set.of(destination)),
                minus(has.fallbackRoutes(), Set.of(destination)),
                has.mtu(),
                has.defaultMetric()));
      }
    }
    watchers.forEach(watcher -> watcher.route(Optional.empty(), destination));
  }

  /** Ends {@link #occupy}. */
  public void vacate(IpPrefix destination) {
    refusedRoutes.remove(destination);
    watchers.forEach(watcher -> watcher.route(Optional.of("eth9"), destination));
  }

  /** Lets another program have a better route than ours to a destination. */
  public void overtake(IpPrefix destination, String reason) {
    rivals.put(destination, reason);
    watchers.forEach(watcher -> watcher.rival(Optional.of(destination)));
  }

  /** Ends {@link #overtake}. */
  public void giveWay(IpPrefix destination) {
    rivals.remove(destination);
    watchers.forEach(watcher -> watcher.rival(Optional.of(destination)));
  }

  /** Does the same as {@link #overtake}, and watchers know only that they missed something. */
  public void overtakeUnseen(IpPrefix destination, String reason) {
    rivals.put(destination, reason);
    watchers.forEach(watcher -> watcher.rival(Optional.empty()));
  }

  /** Lets another program have a route to a part of a destination of ours. */
  public void takePart(IpPrefix part, String reason) {
    parts.put(part, reason);
    watchers.forEach(watcher -> watcher.rival(Optional.of(part)));
  }

  /** Ends {@link #takePart}. */
  public void givePart(IpPrefix part) {
    parts.remove(part);
    watchers.forEach(watcher -> watcher.rival(Optional.of(part)));
  }

  /** Lets another program filter away what comes by a device. */
  public void filter(String device, String reason) {
    filters.put(device, reason);
    watchers.forEach(watcher -> watcher.rival(Optional.empty()));
  }

  /** Ends {@link #filter}. */
  public void unfilter(String device) {
    filters.remove(device);
    watchers.forEach(watcher -> watcher.rival(Optional.empty()));
  }

  /** Ends {@link #overtakeUnseen}. */
  public void giveWayUnseen(IpPrefix destination) {
    rivals.remove(destination);
    watchers.forEach(watcher -> watcher.rival(Optional.empty()));
  }

  /** Gives an interface that is none of ours an address. */
  public void giveAddress(InetAddress address, String reason) {
    rivals.put(IpPrefix.host(address), reason);
    watchers.forEach(watcher -> watcher.newAddress(address));
  }

  /** Ends {@link #giveAddress}. */
  public void takeAddress(InetAddress address) {
    rivals.remove(IpPrefix.host(address));
    watchers.forEach(watcher -> watcher.address("eth0", address));
  }

  /** Takes an address off the host, which otherwise has all. */
  public void remove(InetAddress address) {
    absent.add(address);
    watchers.forEach(watcher -> watcher.address("eth0", address));
  }

  /** Ends {@link #remove}. */
  public void bring(InetAddress address) {
    absent.remove(address);
    watchers.forEach(watcher -> watcher.newAddress(address));
  }

  /** Does the same as {@link #remove}, and nobody is told. */
  public void removeUnseen(InetAddress address) {
    absent.add(address);
  }

  /** Lets another program change an interface that is none of ours. */
  public void changeInterface(String device) {
    watchers.forEach(watcher -> watcher.device(device));
  }

  /** Returns how often addresses of the host were looked at. */
  public int addressLooks() {
    return addressLooks.get();
  }

  /** Returns how often routes of others were searched. */
  public int searches() {
    return searches.get();
  }

  /** Returns how many watchers there are. */
  public int watches() {
    return watchers.size();
  }

  /** Returns how often a device was looked at. */
  public int looks() {
    return looks.get();
  }

  /** Lets every look at a device find this as well. */
  public void shadow(String line) {
    shadows.add(line);
  }

  /** Takes note from now on if a destination has no route at any moment. */
  public void watch(IpPrefix destination) {
    watched.add(destination);
    noteGaps();
  }

  /** Returns the watched destinations that had no route at some moment. */
  public Set<IpPrefix> gaps() {
    return Set.copyOf(gaps);
  }

  /** Makes every call fail with this message until {@link #relent}. */
  public void refuse(String message) {
    refusal = Optional.of(message);
  }

  /** Ends {@link #refuse}. */
  public void relent() {
    refusal = Optional.empty();
  }

  /** Returns an open device. */
  public InMemoryTun tun(String name) {
    InMemoryTun tun = tuns.get(name);
    if (tun == null) {
      throw new AssertionError("there is no device " + name);
    }
    return tun;
  }

  /** Tells whether a device is open. */
  public boolean exists(String name) {
    return tuns.containsKey(name);
  }

  /** Returns how often any device was configured. */
  public int configurations() {
    return configurations.get();
  }

  private void refuseIfTold() throws IOException {
    if (refusal.isPresent()) {
      throw new IOException(refusal.get());
    }
  }
}

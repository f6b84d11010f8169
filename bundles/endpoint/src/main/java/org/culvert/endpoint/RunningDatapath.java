package org.culvert.endpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.datapath.PathListener;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.tunnel.TunnelState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A datapath at work, with the addresses and routes of the devices that it has for its tunnels: one
 * that all share, or one for each.
 *
 * <p>A shared device stays while there is no tunnel, so that the operating system's sockets and
 * filters that name it keep what they name. Confined to the endpoint's thread, but for {@link
 * #forwarding}, {@link #devices} and {@link #sources}.
 */
final class RunningDatapath implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningDatapath.class);

  private final Datapath datapath;
  private final Forwarding forwarding;
  private final EndpointSettings settings;
  private final DeviceConfigurations devices;

  /** What it was last told to carry, by id, without what could not be opened. */
  private Map<String, DesiredTunnel> carried = Map.of();

  /** Swapped whole. */
  private volatile Map<IpPrefix, String> sources = Map.of();

  /** The MTU that carried tunnels were found to have, by id; it holds while one stays as it is. */
  private final Map<String, Integer> found = new HashMap<>();

  private RunningDatapath(
      Datapath datapath,
      Forwarding forwarding,
      EndpointSettings settings,
      DeviceConfigurations devices) {
    this.datapath = datapath;
    this.forwarding = forwarding;
    this.settings = settings;
    this.devices = devices;
  }

  static RunningDatapath start(
      Datapath datapath,
      EndpointSettings settings,
      DeviceConfigurations devices,
      PathListener listener)
      throws IOException {
    Forwarding forwarding = datapath.start(settings.device(), settings.mtu());
    forwarding.listen(listener);
    return new RunningDatapath(datapath, forwarding, settings, devices);
  }

  Forwarding forwarding() {
    return forwarding;
  }

  Set<String> carried() {
    return carried.keySet();
  }

  TunnelState up(String id) {
    return new TunnelState.Up(datapath.name(), forwarding.device(id));
  }

  /** Returns what its devices should have and have. */
  DeviceConfigurations devices() {
    return devices;
  }

  /** Returns the prefixes of this end, with the device that packets from there should leave by. */
  Map<IpPrefix, String> sources() {
    return sources;
  }

  /** Says what others do to some packets of a tunnel; empty if nothing is known. */
  Optional<String> warning(String id) {
    DesiredTunnel tunnel = carried.get(id);
    return tunnel == null
        ? Optional.empty()
        : devices.warning(forwarding.device(id), tunnel.needs().routes(), tunnel.sources());
  }

  /**
   * Carries exactly these tunnels.
   *
   * @return the tunnels that do not stand, by id, with the cause
   */
  Map<String, String> carry(Collection<DesiredTunnel> tunnels) {
    try {
      doubtDevicesLost();
      Map<String, String> failures =
          new HashMap<>(forwarding.apply(tunnels.stream().map(DesiredTunnel::carried).toList()));
      Map<String, DesiredTunnel> opened = new LinkedHashMap<>();
      for (DesiredTunnel tunnel : tunnels) {
        if (!failures.containsKey(tunnel.id())) {
          opened.put(tunnel.id(), tunnel);
        }
      }
      forgetDevicesMadeAnew(opened);
      found.keySet().removeIf(id -> !isCarriedAsBefore(opened.get(id)));
      devices.unseen(freshRoutes(opened));
      carried = opened;
      configure(failures);
      forwarding.release();
      return failures;
    } catch (RuntimeException e) {
      // A datapath is another's bundle: whatever it throws is a tunnel's failure and not ours.
      Map<String, String> failures = new HashMap<>();
      tunnels.forEach(tunnel -> failures.put(tunnel.id(), reason(e)));
      return failures;
    }
  }

  /** Gives up all but these of its tunnels, so that others can be opened elsewhere. */
  void keep(Collection<DesiredTunnel> tunnels) {
    carry(tunnels.stream().filter(tunnel -> carried.containsKey(tunnel.id())).toList());
  }

  /** Somebody removed a device or set it down: when it is made anew, it is empty. */
  private void doubtDevicesLost() {
    for (String id : carried.keySet()) {
      if (forwarding.failure(id).isPresent()) {
        devices.doubt(forwarding.device(id));
      }
    }
  }

  /** A device of a tunnel's own may have been made anew with new outer addresses. */
  private void forgetDevicesMadeAnew(Map<String, DesiredTunnel> opened) {
    for (DesiredTunnel tunnel : opened.values()) {
      String device = forwarding.device(tunnel.id());
      if (!device.equals(settings.device()) && !isCarriedAsBefore(tunnel)) {
        devices.forget(device);
      }
    }
  }

  private boolean isCarriedAsBefore(@Nullable DesiredTunnel tunnel) {
    if (tunnel == null) {
      return false;
    }
    DesiredTunnel earlier = carried.get(tunnel.id());
    return earlier != null && earlier.carried().equals(tunnel.carried());
  }

  /**
   * Gives the device of a tunnel's own the MTU that its path was found to carry: a program on this
   * host is told by its own device what is too big, whatever rule its packets are routed by. One
   * that tunnels share has the largest that any may have.
   */
  void mtu(String id, int mtu) {
    DesiredTunnel tunnel = carried.get(id);
    if (tunnel == null || settings.isShared(forwarding.device(id))) {
      return;
    }
    found.put(id, mtu);
    String device = forwarding.device(id);
    devices.adjust(device, configuration(device, List.of(tunnel)));
  }

  /** Returns the ways of tunnels that are new here, or have others than before. */
  private Set<IpPrefix> freshRoutes(Map<String, DesiredTunnel> opened) {
    Set<IpPrefix> fresh = new HashSet<>();
    for (DesiredTunnel tunnel : opened.values()) {
      DesiredTunnel earlier = carried.get(tunnel.id());
      Set<IpPrefix> routes = tunnel.needs().routes();
      Set<IpPrefix> sources = tunnel.sources();
      if (earlier == null
          || !earlier.needs().routes().equals(routes)
          || !earlier.sources().equals(sources)) {
        fresh.addAll(routes);
        fresh.addAll(sources);
      }
    }
    return fresh;
  }

  /** Gives devices what the open tunnels need; those that miss something join the failures. */
  private void configure(Map<String, String> failures) {
    Map<String, List<DesiredTunnel>> byDevice = new LinkedHashMap<>();
    Map<IpPrefix, String> ends = new HashMap<>();
    for (DesiredTunnel tunnel : carried.values()) {
      String device = forwarding.device(tunnel.id());
      byDevice.computeIfAbsent(device, name -> new ArrayList<>()).add(tunnel);
      tunnel.sources().forEach(source -> ends.put(source, device));
    }
    sources = Map.copyOf(ends);
    Map<String, DeviceConfiguration> wanted = new LinkedHashMap<>();
    byDevice.forEach((device, tunnels) -> wanted.put(device, configuration(device, tunnels)));
    devices.apply(wanted);
    byDevice.forEach(
        (device, tunnels) ->
            tunnels.forEach(
                tunnel ->
                    devices
                        .shortfall(device, tunnel.needs(), tunnel.sources())
                        .ifPresent(reason -> failures.putIfAbsent(tunnel.id(), reason))));
  }

  private DeviceConfiguration configuration(String device, List<DesiredTunnel> tunnels) {
    Set<InterfaceAddress> addresses = new HashSet<>();
    Set<IpPrefix> routes = new HashSet<>();
    Set<IpPrefix> fallbackRoutes = new HashSet<>();
    int mtu = settings.isShared(device) ? settings.mtu() : 0;
    boolean forwardsIpv4 = false;
    for (DesiredTunnel tunnel : tunnels) {
      addresses.addAll(tunnel.needs().addresses());
      routes.addAll(tunnel.needs().routes());
      fallbackRoutes.addAll(tunnel.needs().fallbackRoutes());
      mtu = Math.max(mtu, found.getOrDefault(tunnel.id(), tunnel.needs().mtu()));
      forwardsIpv4 |= tunnel.needs().forwardsIpv4();
    }
    return new DeviceConfiguration(
        addresses, routes, fallbackRoutes, mtu, settings.defaultRouteMetric(), forwardsIpv4);
  }

  /** Stops forwarding and removes the devices, with all that they had. */
  @Override
  public void close() {
    try {
      forwarding.close();
    } catch (RuntimeException e) {
      LOG.warn("Datapath {} did not stop in order", datapath.name(), e);
    }
  }

  static String reason(Exception e) {
    return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }
}

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
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.tunnel.TunnelState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A datapath at work, with the addresses and routes of the devices that it has for its tunnels: one
 * that all share, or one for each.
 *
 * <p>A shared device stays while there is no tunnel, so that the operating system's sockets and
 * filters that name it keep what they name. Confined to the endpoint's thread, but for {@link
 * #forwarding}.
 */
final class RunningDatapath implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningDatapath.class);

  private final Datapath datapath;
  private final Forwarding forwarding;
  private final EndpointSettings settings;
  private final NetworkDevices devices;

  /** What it was last told to carry, by id, without what could not be opened. */
  private Map<String, CarriedTunnel> carried = Map.of();

  /** What each device was last given. */
  private final Map<String, DeviceConfiguration> present = new HashMap<>();

  private RunningDatapath(
      Datapath datapath, Forwarding forwarding, EndpointSettings settings, NetworkDevices devices) {
    this.datapath = datapath;
    this.forwarding = forwarding;
    this.settings = settings;
    this.devices = devices;
  }

  static RunningDatapath start(Datapath datapath, EndpointSettings settings, NetworkDevices devices)
      throws IOException {
    Forwarding forwarding = datapath.start(settings.device(), settings.mtu());
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

  /**
   * Carries exactly these tunnels.
   *
   * @return the tunnels that do not stand, by id, with the cause
   */
  Map<String, String> carry(Collection<CarriedTunnel> tunnels) {
    try {
      forgetDevicesLost();
      Map<String, String> failures = new HashMap<>(forwarding.apply(tunnels));
      Map<String, CarriedTunnel> opened = new LinkedHashMap<>();
      for (CarriedTunnel tunnel : tunnels) {
        if (!failures.containsKey(tunnel.id())) {
          opened.put(tunnel.id(), tunnel);
        }
      }
      forgetDevicesMadeAnew(opened);
      carried = opened;
      configure(failures);
      return failures;
    } catch (RuntimeException e) {
      // A datapath is another's bundle: whatever it throws is a tunnel's failure and not ours.
      Map<String, String> failures = new HashMap<>();
      tunnels.forEach(tunnel -> failures.put(tunnel.id(), reason(e)));
      return failures;
    }
  }

  /** Gives up all but these of its tunnels, so that others can be opened elsewhere. */
  void keep(Collection<CarriedTunnel> tunnels) {
    carry(tunnels.stream().filter(tunnel -> carried.containsKey(tunnel.id())).toList());
  }

  /** Somebody removed a device: when it is made anew, it is empty. */
  private void forgetDevicesLost() {
    for (String id : carried.keySet()) {
      if (forwarding.failure(id).isPresent()) {
        present.remove(forwarding.device(id));
      }
    }
  }

  /** A device of a tunnel's own may have been made anew with new outer addresses. */
  private void forgetDevicesMadeAnew(Map<String, CarriedTunnel> opened) {
    for (CarriedTunnel tunnel : opened.values()) {
      CarriedTunnel earlier = carried.get(tunnel.id());
      String device = forwarding.device(tunnel.id());
      if (!device.equals(settings.device()) && !tunnel.equals(earlier)) {
        present.remove(device);
      }
    }
  }

  /** Gives devices what the open tunnels need; those that miss something join the failures. */
  private void configure(Map<String, String> failures) {
    Map<String, List<CarriedTunnel>> byDevice = new LinkedHashMap<>();
    for (CarriedTunnel tunnel : carried.values()) {
      byDevice
          .computeIfAbsent(forwarding.device(tunnel.id()), device -> new ArrayList<>())
          .add(tunnel);
    }
    for (String device : Set.copyOf(present.keySet())) {
      if (!byDevice.containsKey(device)) {
        clear(device);
      }
    }
    byDevice.forEach((device, tunnels) -> configure(device, tunnels, failures));
  }

  private void configure(String device, List<CarriedTunnel> tunnels, Map<String, String> failures) {
    Set<InterfaceAddress> addresses = new HashSet<>();
    Set<IpPrefix> routes = new HashSet<>();
    int mtu = device.equals(settings.device()) ? settings.mtu() : 0;
    for (CarriedTunnel tunnel : tunnels) {
      addresses.add(InterfaceAddress.host(tunnel.localAddress()));
      routes.addAll(tunnel.remotePrefixes());
      mtu = Math.max(mtu, tunnel.mtu());
    }
    DeviceConfiguration wanted = new DeviceConfiguration(addresses, routes, mtu);
    if (wanted.equals(present.get(device))) {
      return;
    }
    try {
      devices.configure(device, wanted);
      present.put(device, wanted);
    } catch (IOException | RuntimeException e) {
      for (CarriedTunnel tunnel : tunnels) {
        if (!hasAllOf(device, tunnel)) {
          failures.putIfAbsent(tunnel.id(), reason(e));
        }
      }
    }
  }

  private boolean hasAllOf(String device, CarriedTunnel tunnel) {
    DeviceConfiguration configuration = present.get(device);
    return configuration != null
        && configuration.addresses().contains(InterfaceAddress.host(tunnel.localAddress()))
        && configuration.routes().containsAll(tunnel.remotePrefixes());
  }

  /** Takes from a device what tunnels had there that are no more, unless it went with them. */
  private void clear(String device) {
    DeviceConfiguration earlier = present.get(device);
    if (earlier == null || (earlier.addresses().isEmpty() && earlier.routes().isEmpty())) {
      return;
    }
    DeviceConfiguration bare = new DeviceConfiguration(Set.of(), Set.of(), earlier.mtu());
    try {
      devices.configure(device, bare);
      present.put(device, bare);
    } catch (IOException | RuntimeException e) {
      LOG.debug("Device {} is gone with its tunnels", device, e);
      present.remove(device);
    }
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

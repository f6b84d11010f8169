package org.culvert.endpoint;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
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
import org.jspecify.annotations.Nullable;

/**
 * The endpoint's one device, the datapath that serves it, and the addresses and routes it has.
 *
 * <p>It is made with the first tunnel and stays until it is closed, so that the operating system's
 * sockets and filters that name it keep what they name. Confined to the endpoint's thread, but for
 * {@link #forwarding}.
 */
final class InnerDevice {
  private record Running(Datapath datapath, Forwarding forwarding) {}

  private final EndpointSettings settings;
  private final NetworkDevices devices;
  private final DeviceConfiguration bare;
  private volatile @Nullable Running running;
  private DeviceConfiguration present;

  InnerDevice(EndpointSettings settings, NetworkDevices devices) {
    this.settings = settings;
    this.devices = devices;
    this.bare = new DeviceConfiguration(Set.of(), Set.of(), settings.mtu());
    this.present = bare;
  }

  /** Returns what forwards now. */
  Optional<Forwarding> forwarding() {
    return Optional.ofNullable(running).map(Running::forwarding);
  }

  /**
   * Carries exactly these tunnels by this datapath.
   *
   * @return the tunnels that do not stand, by id, with the cause
   */
  Map<String, String> carry(Datapath datapath, Collection<CarriedTunnel> tunnels) {
    Running now = running;
    if (now != null && now.datapath != datapath) {
      close();
      now = null;
    }
    if (now == null && tunnels.isEmpty()) {
      return Map.of();
    }
    try {
      if (now == null) {
        now = new Running(datapath, datapath.start(settings.device(), settings.mtu()));
        running = now;
      }
      Map<String, String> failures = new HashMap<>(now.forwarding.apply(tunnels));
      configure(tunnels, failures);
      return failures;
    } catch (IOException | RuntimeException e) {
      // A datapath is another's bundle: whatever it throws is a tunnel's failure and not ours.
      Map<String, String> failures = new HashMap<>();
      tunnels.forEach(tunnel -> failures.put(tunnel.id(), reason(e)));
      return failures;
    }
  }

  /** Gives the device what the open tunnels need; those that miss something join the failures. */
  private void configure(Collection<CarriedTunnel> tunnels, Map<String, String> failures) {
    Set<InterfaceAddress> addresses = new HashSet<>();
    Set<IpPrefix> routes = new HashSet<>();
    for (CarriedTunnel tunnel : tunnels) {
      if (!failures.containsKey(tunnel.id())) {
        addresses.add(InterfaceAddress.host(tunnel.localAddress()));
        routes.addAll(tunnel.remotePrefixes());
      }
    }
    DeviceConfiguration wanted = new DeviceConfiguration(addresses, routes, settings.mtu());
    if (wanted.equals(present)) {
      return;
    }
    try {
      devices.configure(settings.device(), wanted);
      present = wanted;
    } catch (IOException | RuntimeException e) {
      for (CarriedTunnel tunnel : tunnels) {
        if (!hasAllOf(tunnel)) {
          failures.putIfAbsent(tunnel.id(), reason(e));
        }
      }
    }
  }

  private boolean hasAllOf(CarriedTunnel tunnel) {
    return present.addresses().contains(InterfaceAddress.host(tunnel.localAddress()))
        && present.routes().containsAll(tunnel.remotePrefixes());
  }

  /** Stops forwarding and removes the device, with all that it had. */
  void close() {
    Running now = running;
    running = null;
    present = bare;
    if (now != null) {
      now.forwarding.close();
    }
  }

  private static String reason(Exception e) {
    return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }
}

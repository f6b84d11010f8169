package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.TunDevice;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Makes TUN devices and gives devices addresses and routes, by rtnetlink.
 *
 * <p>Devices belong to the network namespace of the thread that makes them, and configuring looks
 * there too. What was added is remembered in memory; on a device that outlives the process, our
 * marks tell the next one.
 */
@Component
public final class LinuxNetworkDevices implements NetworkDevices {
  private final Map<String, DeviceLedger> ledgers = new HashMap<>();

  /** Touches nothing of the operating system, so that it can say what is amiss when it is used. */
  @Activate
  public LinuxNetworkDevices() {}

  @Override
  public TunDevice openTun(String name, int mtu) throws IOException {
    DeviceName.checked(name);
    Libc.load();
    LinuxTunDevice tun = LinuxTunDevice.open(name);
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      int device = index(name);
      // Refused where IPv6 is switched off, and then there is nothing to keep quiet.
      netlink.change(List.of(RoutingRequests.quiet(device)));
      netlink.change(RoutingRequests.mtu(device, mtu), "setting the MTU of " + name);
      netlink.change(RoutingRequests.up(device), "setting " + name + " up");
      return tun;
    } catch (IOException | RuntimeException e) {
      tun.close();
      throw e;
    }
  }

  /** Serialized: two callers with different wishes for one device must not interleave. */
  @Override
  public synchronized void configure(String device, DeviceConfiguration configuration)
      throws IOException {
    DeviceName.checked(device);
    Libc.load();
    int index = index(device);
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      DeviceLedger ledger = ledgers.get(device);
      if (ledger == null || ledger.device() != index) {
        ledger = DeviceLedger.of(netlink, device, index);
        ledgers.put(device, ledger);
      }
      ledger.apply(netlink, configuration);
    }
  }

  @Override
  public List<String> verify(String device, DeviceConfiguration configuration) throws IOException {
    DeviceName.checked(device);
    Libc.load();
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      return new Inspection(device, configuration, TunnelLinks.list(netlink)).findings(netlink);
    }
  }

  /** Returns the index of a device that is there. */
  static int index(String name) throws IOException {
    int index = Libc.if_nametoindex(name);
    if (index == 0) {
      throw new IOException("there is no network device named " + name);
    }
    return index;
  }
}

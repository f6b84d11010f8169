package org.culvert.lan.radvd;

import java.util.ArrayList;
import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;

/** Sees what is not as it was provided, by asking the operating system. */
final class Faults {
  private final LanSettings settings;
  private final Gateway gateway;
  private final Forwarding forwarding;
  private final LanAddresses addresses;
  private final Firewall firewall;
  private final Announcement announcement;

  Faults(
      LanSettings settings,
      Gateway gateway,
      Forwarding forwarding,
      LanAddresses addresses,
      Firewall firewall,
      Announcement announcement) {
    this.settings = settings;
    this.gateway = gateway;
    this.forwarding = forwarding;
    this.addresses = addresses;
    this.firewall = firewall;
    this.announcement = announcement;
  }

  /** Returns what is wrong. A daemon that ended is somebody else's care. */
  List<String> of(ServedTunnel tunnel, IpPrefix prefix, List<Subnet> subnets)
      throws ServiceException {
    List<String> wrong = new ArrayList<>(Fault.texts(besideFilter(tunnel, prefix, subnets)));
    if (settings.firewall() && !firewall.stands()) {
      wrong.add(Firewall.FAULT);
    }
    return wrong;
  }

  /** Returns what can be given again. The filter, which is never to be open, looks after itself. */
  List<String> ours(ServedTunnel tunnel, IpPrefix prefix, List<Subnet> subnets)
      throws ServiceException {
    return Fault.texts(
        besideFilter(tunnel, prefix, subnets).stream().filter(Fault::isOurs).toList());
  }

  private List<Fault> besideFilter(ServedTunnel tunnel, IpPrefix prefix, List<Subnet> subnets)
      throws ServiceException {
    List<Fault> wrong = new ArrayList<>();
    for (Subnet subnet : subnets) {
      addresses.fault(subnet).ifPresent(wrong::add);
    }
    if (!gateway.ends(prefix)) {
      wrong.add(Fault.ours("there is no unreachable route for the rest of " + prefix));
    }
    if (settings.forwarding()) {
      wrong.addAll(forwarding.faults(Subnet.devices(subnets), DeviceName.of(tunnel)));
    }
    if (announcement.isOutdated(tunnel)) {
      wrong.add(Fault.ours("the tunnel's MTU or the resolvers are not those that are announced"));
    }
    return wrong;
  }
}

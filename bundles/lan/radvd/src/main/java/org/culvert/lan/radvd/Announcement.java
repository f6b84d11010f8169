package org.culvert.lan.radvd;

import java.net.Inet6Address;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;

/** What the hosts are told by radvd, where it is wanted. */
final class Announcement {
  private final LanSettings settings;
  private final Gateway gateway;
  private final Radvd radvd;
  private final RadvdConf conf;
  private final Supplier<List<Inet6Address>> offeredResolvers;
  private int mtu;
  private List<Inet6Address> resolvers = List.of();

  /**
   * @param offeredResolvers tells the name servers that the broker offers
   */
  Announcement(
      LanSettings settings,
      Gateway gateway,
      Radvd radvd,
      Supplier<List<Inet6Address>> offeredResolvers) {
    this.settings = settings;
    this.gateway = gateway;
    this.radvd = radvd;
    this.conf = new RadvdConf(settings);
    this.offeredResolvers = offeredResolvers;
  }

  /** Takes the MTU that is announced from now on. */
  void mtu(int octets) {
    mtu = octets;
  }

  /** Tells the hosts which networks are used, and which are not any more. */
  void tell(List<Subnet> used, List<Subnet> retired) throws ServiceException {
    if (!settings.announce()) {
      return;
    }
    List<Inet6Address> now = resolvers();
    radvd.announce(conf.text(used, retired, mtu, now));
    resolvers = now;
  }

  /** Tells the hosts that this machine is no router any more. */
  void end() {
    if (settings.announce()) {
      radvd.stop();
    }
  }

  /** Tells whether somebody announces, where it is wanted. */
  boolean isMade() {
    return !settings.announce() || radvd.runs();
  }

  /** Tells whether something else should be announced. */
  boolean isOutdated(ServedTunnel tunnel) throws ServiceException {
    Optional<Integer> now = gateway.link(DeviceName.of(tunnel)).map(Gateway.Link::mtu);
    return settings.announce()
        && (now.filter(octets -> octets != mtu).isPresent() || !resolvers.equals(resolvers()));
  }

  private List<Inet6Address> resolvers() {
    return settings.resolvers().isEmpty() ? offeredResolvers.get() : settings.resolvers();
  }
}

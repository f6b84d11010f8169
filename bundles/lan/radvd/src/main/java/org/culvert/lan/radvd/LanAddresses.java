package org.culvert.lan.radvd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's own addresses in the LANs. What stood there before is used, but it is not ours and
 * is never taken away.
 */
final class LanAddresses {
  private static final Logger LOG = LoggerFactory.getLogger(LanAddresses.class);

  private final Gateway gateway;
  private final LanRoutes routes;
  private final Traces traces;

  LanAddresses(Gateway gateway, LanRoutes routes, Traces traces) {
    this.gateway = gateway;
    this.routes = routes;
    this.traces = traces;
  }

  /**
   * Gives this machine its address in a LAN.
   *
   * @return what is wrong there nevertheless
   */
  Optional<String> give(Subnet subnet) throws ServiceException {
    Optional<Fault> obstacle = obstacle(subnet);
    if (obstacle.isPresent()) {
      return obstacle.map(Fault::text);
    }
    if (!gateway.has(subnet.device(), subnet.gateway())) {
      note(subnet);
      try {
        gateway.add(subnet.device(), subnet.gateway());
      } catch (ServiceException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
    } else if (!ours().contains(subnet)) {
      LOG.info("{} has {} already, which stays", subnet.device(), subnet.gateway());
    }
    if (isUp(subnet.device())) {
      routes.restore(subnet);
    }
    return fault(subnet).map(Fault::text);
  }

  /** Takes an address away, if it is there and ours. */
  void remove(Subnet subnet) throws ServiceException {
    if (!ours().contains(subnet)) {
      return;
    }
    gateway.remove(subnet.device(), subnet.gateway());
    routes.remove(subnet);
    List<Subnet> left = new ArrayList<>(ours());
    left.remove(subnet);
    traces.remember(new Traces.Trace(traces.recall().prefixes(), left));
  }

  /** Tells what is wrong with an address or its routes, and what to do about it. */
  Optional<Fault> fault(Subnet subnet) throws ServiceException {
    Optional<Fault> obstacle = obstacle(subnet);
    if (obstacle.isPresent()) {
      return obstacle;
    }
    String device = subnet.device();
    if (!gateway.has(device, subnet.gateway())) {
      return Optional.of(Fault.ours(device + " lacks " + subnet.gateway()));
    }
    if (!isUp(device)) {
      return Optional.of(Fault.others("the interface " + device + " is down"));
    }
    List<String> missing = routes.missing(subnet);
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(Fault.ours(device + " lacks the route to " + String.join(", ", missing)));
  }

  private boolean isUp(String device) throws ServiceException {
    return gateway.link(device).filter(Gateway.Link::up).isPresent();
  }

  /** Tells why a LAN cannot be given an address. */
  private Optional<Fault> obstacle(Subnet subnet) throws ServiceException {
    String device = subnet.device();
    if (gateway.link(device).isEmpty()) {
      return Optional.of(Fault.others("there is no interface " + device));
    }
    return gateway.speaksIpv6(device)
        ? Optional.empty()
        : Optional.of(
            Fault.others(
                "IPv6 is switched off on "
                    + device
                    + "; type: sysctl -w "
                    + Gateway.setting(device, "disable_ipv6")
                    + "=0"));
  }

  private List<Subnet> ours() {
    return traces.recall().subnets();
  }

  /** Before the deed, so that it is taken back after a crash. */
  private void note(Subnet subnet) throws ServiceException {
    if (!ours().contains(subnet)) {
      List<Subnet> all = new ArrayList<>(ours());
      all.add(subnet);
      traces.remember(new Traces.Trace(traces.recall().prefixes(), all));
    }
  }
}

package org.culvert.routing.frr;

import java.util.Set;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after FRR from time to time: which daemons answer, and whether it still has what was
 * provided, which it forgets when it restarts. What troubles it is logged once.
 */
final class Watch implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private final FrrSettings settings;
  private final Provision provision;
  private volatile Set<RoutingProtocol> protocols = Set.of();

  /** Of the watching thread alone; empty text: none. */
  private String trouble = "";

  Watch(FrrSettings settings, Provision provision) {
    this.settings = settings;
    this.provision = provision;
  }

  /** Returns the protocols that could be spoken at the last look. */
  Set<RoutingProtocol> protocols() {
    return protocols;
  }

  @Override
  public void run() {
    try {
      look();
    } catch (RuntimeException e) {
      // Thrown further, it would end the watch.
      LOG.warn("looking after FRR failed", e);
    }
  }

  private void look() {
    Repaired repaired = new Repaired();
    String problem = "";
    try {
      Frr frr = provision.repair(repaired);
      protocols = Set.copyOf(Spoken.among(settings.protocols(), frr.daemons()));
      problem = repaired.failure().map(ServiceException::getMessage).orElse("");
    } catch (ServiceException e) {
      protocols = Set.of();
      problem = e.getMessage() == null ? e.toString() : e.getMessage();
    }
    if (repaired.count() > 0) {
      LOG.info("FRR has again what it had lost, for {} tunnels", repaired.count());
    }
    if (!problem.equals(trouble)) {
      if (problem.isEmpty()) {
        LOG.info("FRR is well again");
      } else {
        LOG.warn("FRR: {}", problem);
      }
      trouble = problem;
    }
  }
}

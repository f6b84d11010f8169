package org.culvert.endpoint;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.culvert.api.datapath.PathListener;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.endpoint.PathWatch.Living;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths of an endpoint's tunnels: watches those whose other end lives, hears the answers to
 * probes and what the network reports, and hands both to the endpoint's thread.
 */
final class Paths implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Paths.class);

  private final EndpointThread thread;
  private final boolean searches;
  private final PathWatch watch;
  private final PathAnswers answers;

  /** Hears and sends nothing yet. */
  Paths(
      EndpointSettings settings,
      OuterSockets sockets,
      EndpointThread thread,
      LongSupplier nanos,
      RandomGenerator random) {
    int identifier = random.nextInt(0x10000);
    this.thread = thread;
    this.searches = settings.mtu() > TunnelParameters.MINIMUM_MTU;
    this.watch = new PathWatch(settings.mtu(), identifier, new SecureRandom()::nextLong, nanos);
    this.answers = new PathAnswers(sockets, identifier, this::answered);
  }

  /** Begins to probe, on the endpoint's thread. */
  void begin() {
    thread.repeat(watch::tick, PathWatch.TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Returns who is to be told what the network reports. It does not wait. */
  PathListener listener() {
    return (id, mtu) -> later(() -> watch.reported(id, mtu));
  }

  private void answered(InetAddress from, long nonce) {
    later(() -> watch.answered(from, nonce));
  }

  private void later(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("The endpoint is closed; nothing is searched any more", e);
    }
  }

  /** Looks which tunnels live by now. On the endpoint's thread. */
  void look(Collection<Standing> standings, Carriers carriers, Datapaths datapaths) {
    if (!searches) {
      return;
    }
    Map<String, Living> living = new HashMap<>();
    for (Standing standing : standings) {
      standing
          .supervision()
          .filter(opening -> standing.isHeard())
          .flatMap(opening -> living(standing, opening, carriers, datapaths))
          .ifPresent(found -> living.put(standing.parameters().id(), found));
    }
    watch.look(living);
  }

  private Optional<Living> living(
      Standing standing, Supervision opening, Carriers carriers, Datapaths datapaths) {
    TunnelParameters tunnel = standing.parameters();
    return carriers
        .profile(tunnel.type())
        .map(TunnelProfile::wireFormat)
        .filter(wire -> answers.hears(wire.inner()))
        .flatMap(
            wire ->
                datapaths
                    .forwarding(tunnel.id())
                    .map(
                        forwarding ->
                            new Living(
                                tunnel,
                                opening,
                                standing.isSilent(),
                                wire,
                                forwarding,
                                mtu -> datapaths.mtu(tunnel.id(), mtu))));
  }

  /** Returns the MTU that a tunnel uses, as far as that was found. Any thread may ask. */
  Optional<Integer> mtu(String id) {
    return watch.mtu(id);
  }

  @Override
  public void close() {
    answers.close();
  }
}

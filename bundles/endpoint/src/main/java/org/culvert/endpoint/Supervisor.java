package org.culvert.endpoint;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at open tunnels again and again: sends the keepalives that are due, tells listeners whose
 * other end is silent, again and again while it is, and notices to whose this host refuses to send.
 * Confined to the endpoint's thread, but for {@link #watch}.
 */
final class Supervisor {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

  private final LongSupplier nanos;
  private final Jitter jitter;
  private final int echoIdentifier;
  private final RefusedSends refusals;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  /** Takes a clock that never jumps. */
  Supervisor(LongSupplier nanos, RandomGenerator random) {
    this.nanos = nanos;
    this.jitter = new Jitter(random);
    this.echoIdentifier = random.nextInt(0x10000);
    this.refusals = new RefusedSends(echoIdentifier, nanos);
  }

  AutoCloseable watch(Consumer<String> listener) {
    listeners.add(listener);
    return () -> listeners.removeIf(watching -> watching == listener);
  }

  /**
   * Begins to watch a tunnel.
   *
   * @param received how many packets had come out of it by now
   */
  Supervision begin(TunnelParameters tunnel, long received) {
    return new Supervision(tunnel, nanos.getAsLong(), received, jitter);
  }

  /** Says what this host does to packets that a tunnel sends, and what to type; mostly nothing. */
  Optional<String> warning(String id) {
    return refusals.warning(id);
  }

  /**
   * Looks at each tunnel that a datapath carries.
   *
   * @return whether there is another {@link #warning} than before
   */
  boolean sweep(Collection<Standing> standings, Datapaths datapaths) {
    long now = nanos.getAsLong();
    for (Standing standing : standings) {
      TunnelParameters tunnel = standing.parameters();
      standing
          .supervision()
          .ifPresent(
              supervision ->
                  datapaths
                      .forwarding(tunnel.id())
                      .ifPresent(forwarding -> look(tunnel, supervision, forwarding, now)));
    }
    return refusals.endRound(standings, datapaths);
  }

  private void look(
      TunnelParameters tunnel, Supervision supervision, Forwarding forwarding, long now) {
    TunnelCounters counters = forwarding.counters(tunnel.id());
    refusals.look(tunnel, supervision, forwarding, counters);
    switch (supervision.look(now, counters.receivedPackets())) {
      case SILENT -> {
        TunnelLog.silent(tunnel.id(), supervision.silence(now));
        listeners.forEach(listener -> tell(listener, tunnel.id()));
      }
      case STILL_SILENT -> listeners.forEach(listener -> tell(listener, tunnel.id()));
      case HEARD -> TunnelLog.heard(tunnel.id());
      case HEARD_AGAIN -> TunnelLog.heardAgain(tunnel.id());
      case AS_BEFORE -> {}
    }
    supervision.due(now).ifPresent(sequence -> ping(tunnel, forwarding, sequence));
  }

  private void ping(TunnelParameters tunnel, Forwarding forwarding, int sequence) {
    tunnel
        .keepAlive()
        .flatMap(
            keepAlive ->
                EchoRequest.of(
                    tunnel.localAddress(), keepAlive.address(), echoIdentifier, sequence))
        .ifPresent(request -> forwarding.inject(tunnel.id(), request));
  }

  static void tell(Consumer<String> listener, String id) {
    try {
      listener.accept(id);
    } catch (RuntimeException e) {
      LOG.warn("A listener failed on the silence of tunnel {}", id, e);
    }
  }
}

package org.culvert.endpoint;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.endpoint.SentProbes.Probe;

/**
 * Searches, for each tunnel whose other end lives, the largest packet that its path carries, and
 * has it used: the {@link PathSearch} of each is given its time, its probes are sent as echo
 * requests that may not be cut on their way, and the answers are found to belong to them.
 *
 * <ol>
 *   <li>{@link #look}, once a second, finds tunnels that came, moved, went or carry large packets
 *   <li>{@link #tick}, four times a second, sends what is due for those that are busy, a bounded
 *       number at a time
 *   <li>{@link #answered} and {@link #reported} tell what came back
 * </ol>
 *
 * <p>Confined to the endpoint's thread, but for {@link #mtu}.
 */
final class PathWatch {
  /** How often {@link #tick} is to be called. */
  static final long TICK_MILLIS = 250;

  /** How many probes one tick sends; ten thousand tunnels begin within a minute. */
  private static final int PROBES_A_TICK = 250;

  private final int largest;
  private final int identifier;
  private final LongSupplier nanos;
  private final Map<String, Watched> watched = new HashMap<>();

  /** Ids of those that have something to do, the one that waited longest first. */
  private final Set<String> busy = new LinkedHashSet<>();

  private final SentProbes<Watched> sent;

  /** The MTU that each watched tunnel uses. */
  private final Map<String, Integer> used = new ConcurrentHashMap<>();

  private int sequence;

  /**
   * Watches nothing yet.
   *
   * @param largest the largest MTU that may be used, in octets
   * @param identifier of the echo requests
   * @param nonces makes numbers that nobody can guess
   */
  PathWatch(int largest, int identifier, LongSupplier nonces, LongSupplier nanos) {
    this.largest = largest;
    this.identifier = identifier;
    this.sent = new SentProbes<>(nonces);
    this.nanos = nanos;
  }

  /** One tunnel's search. */
  private static final class Watched {
    final TunnelParameters tunnel;
    final Object opening;
    final Forwarding forwarding;
    final IntConsumer device;
    final PathSearch search;
    final PathUse use;

    /** The MTU that the datapath was told; 0 while it is left to what was agreed. */
    int used;

    /** Whether the other end was silent at the last look. */
    boolean silent;

    Watched(Living living, PathSearch search, PathUse use) {
      this.tunnel = living.tunnel();
      this.opening = living.opening();
      this.forwarding = living.forwarding();
      this.device = living.device();
      this.search = search;
      this.use = use;
    }
  }

  /**
   * A tunnel that is up and whose other end was heard.
   *
   * @param opening another object each time that the tunnel is opened
   * @param silent whether it has fallen silent since
   * @param forwarding what carries it now
   * @param device gives the device of the tunnel's own, if it has one, an MTU
   */
  record Living(
      TunnelParameters tunnel,
      Object opening,
      boolean silent,
      WireFormat wire,
      Forwarding forwarding,
      IntConsumer device) {}

  /** Takes the tunnels that live by now; what is not among them is forgotten. */
  void look(Map<String, Living> living) {
    long now = nanos.getAsLong();
    watched.keySet().removeIf(id -> !living.containsKey(id));
    used.keySet().removeIf(id -> !living.containsKey(id));
    busy.removeIf(id -> !living.containsKey(id));
    living.forEach(
        (id, tunnel) -> {
          Watched watch = watched.get(id);
          if (watch == null
              || !watch.tunnel.equals(tunnel.tunnel())
              || watch.opening != tunnel.opening()
              || watch.forwarding != tunnel.forwarding()) {
            watch = begin(tunnel, now);
            watched.put(id, watch);
          }
          stir(watch, tunnel, now);
          if (watch.search.isBusy(now)) {
            busy.add(id);
          }
        });
  }

  /** Tells the search what the tunnel carried, or should have, since the last look. */
  private static void stir(Watched watch, Living tunnel, long now) {
    TunnelCounters counters = tunnel.forwarding().counters(watch.tunnel.id());
    if (watch.use.isLarge(counters, now)) {
      watch.search.used(now);
    }
    if (watch.use.isTooSmall(counters)) {
      watch.search.wanted(now);
    }
    if (watch.use.isHeard(counters)) {
      watch.search.heard(now);
    }
    if (watch.silent && !tunnel.silent()) {
      watch.search.heardAgain(now);
    }
    watch.silent = tunnel.silent();
  }

  private Watched begin(Living living, long now) {
    TunnelParameters tunnel = living.tunnel();
    int base = PathBase.of(living.wire());
    PathSearch search = new PathSearch(base, largest, living.wire().overhead(), now);
    PathUse use = new PathUse(base, largest, living.forwarding().counters(tunnel.id()), now);
    used.put(tunnel.id(), PathBase.agreed(tunnel, living.wire()));
    return new Watched(living, search, use);
  }

  /** Sends the probes that are due. */
  void tick() {
    long now = nanos.getAsLong();
    sent.expire(now);
    int probes = 0;
    List<String> looked = new ArrayList<>();
    Iterator<String> next = busy.iterator();
    while (next.hasNext() && probes < PROBES_A_TICK) {
      String id = next.next();
      next.remove();
      Watched watch = watched.get(id);
      if (watch != null) {
        probes += probe(watch, now);
        if (watch.search.isBusy(now)) {
          looked.add(id);
        }
      }
    }
    busy.addAll(looked);
  }

  private int probe(Watched watch, long now) {
    int probes = 0;
    OptionalInt due = watch.search.due(now);
    // A few sizes may be due together, and what this host itself cannot send is known at once.
    while (due.isPresent()) {
      probes++;
      if (!send(watch, due.getAsInt(), now)) {
        // If it can send nothing at all, that says nothing about sizes.
        if (send(watch, PathSearch.SMALL, now)) {
          watch.search.refused(due.getAsInt(), now);
        } else {
          watch.search.unreachable(now);
        }
      }
      due = watch.search.due(now);
    }
    use(watch);
    return probes;
  }

  private boolean send(Watched watch, int size, long now) {
    TunnelParameters tunnel = watch.tunnel;
    int number = sequence++ & 0xFFFF;
    long nonce = sent.nonce();
    Optional<ByteBuffer> request =
        EchoRequest.of(
            tunnel.localAddress(), tunnel.remoteAddress(), identifier, number, size, nonce);
    if (request.isEmpty() || !watch.forwarding.probe(tunnel.id(), request.get())) {
      return false;
    }
    watch.use.probed(size);
    sent.sent(nonce, new Probe<>(watch, size, now));
    if (watch.used == 0) {
      // From here on the probes say what is used, and not what somebody wrote down.
      tell(watch, watch.search.mtu());
    }
    return true;
  }

  /** An echo request was answered. */
  void answered(InetAddress from, long nonce) {
    long now = nanos.getAsLong();
    sent.answered(nonce, now).ifPresent(probe -> answered(from, probe, now));
  }

  private void answered(InetAddress from, Probe<Watched> probe, long now) {
    Watched watch = probe.search();
    String id = watch.tunnel.id();
    // Nobody else's answer counts, whatever it says, nor one to a search that is over.
    if (watched.get(id) == watch && watch.tunnel.remoteAddress().equals(from)) {
      watch.search.answered(probe.size(), now);
      use(watch);
      busy.add(id);
    }
  }

  /** The network says that a tunnel's path carries no more than this. */
  void reported(String id, int size) {
    Watched watch = watched.get(id);
    if (watch != null) {
      watch.search.reported(size, nanos.getAsLong());
      busy.add(id);
    }
  }

  private void use(Watched watch) {
    watch.search.lost().ifPresent(size -> TunnelLog.lost(watch.tunnel.id(), size));
    int mtu = watch.search.mtu();
    // A datapath that cannot probe keeps what was agreed.
    if (watch.used != 0 && mtu != watch.used) {
      TunnelLog.mtu(watch.tunnel.id(), watch.used, mtu);
      tell(watch, mtu);
    }
  }

  private void tell(Watched watch, int mtu) {
    watch.used = mtu;
    used.put(watch.tunnel.id(), mtu);
    watch.forwarding.mtu(watch.tunnel.id(), mtu);
    // Below that, Linux takes all that is IPv6 from a device.
    watch.device.accept(Math.max(TunnelParameters.MINIMUM_MTU, mtu));
  }

  /** Returns the MTU that a tunnel uses, if it is watched. Any thread may ask. */
  Optional<Integer> mtu(String id) {
    return Optional.ofNullable(used.get(id));
  }
}

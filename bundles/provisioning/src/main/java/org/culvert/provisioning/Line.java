package org.culvert.provisioning;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.TunnelService;
import org.jspecify.annotations.Nullable;

/**
 * One service by its name, there or not, with all that it has to do: a line of duties before a
 * worker. Except where it says so, for the thread that owns all state.
 */
final class Line {
  /** What names a service. */
  record Id(Duty.Kind kind, String name) {
    @Override
    public String toString() {
      return (kind == Duty.Kind.DNS ? "DNS service " : "routing service ") + name;
    }
  }

  private record Bound(TunnelService service, Rank rank) {}

  /** Something to look at for a tunnel, for whoever asked or for nobody. */
  record Look(String tunnel, Optional<Check> check) {}

  final Id id;
  final Outage outage;
  final DueQueue queue = new DueQueue();

  /** By the tunnel's id; any thread may read it. */
  final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /** Calls that somebody waits for. */
  final Deque<Call<?>> questions = new ArrayDeque<>();

  final Deque<Look> looks = new ArrayDeque<>();

  /** What the present round of looking has still before it. */
  final Deque<String> round = new ArrayDeque<>();

  /** What must be tried once before the service may leave. */
  final Set<Entry> toLeave = new HashSet<>();

  /** Any thread may read it; the highest ranking is the last. */
  private final CopyOnWriteArrayList<Bound> bound = new CopyOnWriteArrayList<>();

  /** Services of this name that came while it leaves; they are there once it has left. */
  final Map<TunnelService, Rank> arriving = new LinkedHashMap<>();

  Set<RoutingProtocol> protocols = Set.of();
  Optional<Runnable> onLeft = Optional.empty();
  Instant leaveBy = Instant.MAX;
  Instant missedFrom = Instant.MIN;
  boolean missed;
  Instant nextRound = Instant.MAX;
  int perSecond;
  @Nullable Call<?> running;
  @Nullable ExecutorService worker;

  Line(Id id, Outage outage) {
    this.id = id;
    this.outage = outage;
  }

  /** Tells whether the service is there. Any thread may ask. */
  boolean isBound() {
    return !bound.isEmpty();
  }

  boolean isLeaving() {
    return onLeft.isPresent();
  }

  /** Tells whether the service is there and stays. */
  boolean isUsable() {
    return isBound() && !isLeaving();
  }

  /** Returns the service to use. Any thread may ask. */
  Optional<TunnelService> service() {
    return last().map(Bound::service);
  }

  Rank rank() {
    return last().map(Bound::rank).orElse(new Rank(Integer.MIN_VALUE, Long.MAX_VALUE));
  }

  boolean has(TunnelService service) {
    return bound.stream().anyMatch(one -> one.service() == service);
  }

  void add(TunnelService service, Rank rank) {
    bound.add(new Bound(service, rank));
    bound.sort(Comparator.comparing(Bound::rank));
  }

  /** Lets one of several services of this name go; returns whether another is left. */
  boolean removeUnlessLast(TunnelService service) {
    return bound.size() > 1 && bound.removeIf(one -> one.service() == service);
  }

  void removeAll() {
    bound.clear();
  }

  /** Asks a routing service what it speaks; returns whether it speaks something more. */
  boolean askProtocols() {
    Set<RoutingProtocol> before = protocols;
    protocols =
        service()
            .filter(RoutingService.class::isInstance)
            .map(service -> protocols((RoutingService) service))
            .orElse(Set.of());
    return !before.containsAll(protocols);
  }

  private static Set<RoutingProtocol> protocols(RoutingService service) {
    try {
      return Set.copyOf(service.protocols());
    } catch (RuntimeException | LinkageError e) {
      return Set.of();
    }
  }

  private Optional<Bound> last() {
    List<Bound> now = List.copyOf(bound);
    return now.isEmpty() ? Optional.empty() : Optional.of(now.get(now.size() - 1));
  }
}

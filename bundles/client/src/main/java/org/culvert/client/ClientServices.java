package org.culvert.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.service.PrefixService;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.TunnelService;
import org.jspecify.annotations.Nullable;

/**
 * What hands the client's prefix on and speaks routing protocols through its tunnel: every {@link
 * PrefixService}, and the {@link RoutingService} that the agreed protocol needs.
 *
 * <p>A service that comes gets the tunnel that is up, and one that goes takes back what it provides
 * before it is let go. A routing service stays in use while it is there, whatever comes beside it.
 * Any thread may use this.
 */
final class ClientServices implements AutoCloseable {
  /** A service fails within half a minute. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(35);

  private final Provided memory;
  private final Timepiece time;
  private final Function<String, ScheduledExecutorService> threads;
  private final RandomGenerator random;

  /** Guarded by {@code this}, as are the fields below. */
  private final Map<TunnelService, Bound> bound = new IdentityHashMap<>();

  private Optional<ServedTunnel> tunnel = Optional.empty();
  private @Nullable RoutingService speaker;

  /** Whether it is known if there is a tunnel; until then, what an earlier run left stays. */
  private boolean known;

  private boolean closed;
  private Runnable routingCame = () -> {};

  /**
   * @param threads makes a thread with a name
   */
  ClientServices(
      Provided memory,
      Timepiece time,
      Function<String, ScheduledExecutorService> threads,
      RandomGenerator random) {
    this.memory = memory;
    this.time = time;
    this.threads = threads;
    this.random = random;
  }

  /** Makes daemon threads. */
  static ScheduledExecutorService thread(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Calls a listener whenever a routing service has come. */
  synchronized void whenRoutingComes(Runnable listener) {
    routingCame = listener;
  }

  /** Takes a service in. */
  void bind(PrefixService service) {
    bind("prefix/", service, 0);
  }

  /**
   * Takes a service in.
   *
   * @param ranking its service ranking
   */
  void bind(RoutingService service, int ranking) {
    bind("routing/", service, ranking);
    Runnable listener;
    synchronized (this) {
      listener = routingCame;
    }
    listener.run();
  }

  private synchronized void bind(String kind, TunnelService service, int ranking) {
    if (closed) {
      return;
    }
    String key = kind + service.name();
    ScheduledExecutorService thread = threads.apply("culvert-client-" + service.name());
    bound.put(
        service, new Bound(new ServiceWorker(key, service, thread, time, memory, random), ranking));
    tell();
  }

  /** Lets a service go. Blocks until it has taken back what it provides, for a limited time. */
  void unbind(TunnelService service) {
    Bound gone;
    synchronized (this) {
      gone = bound.remove(service);
      if (speaker == service) {
        speaker = null;
        tell();
      }
    }
    if (gone != null) {
      finish(List.of(gone));
    }
  }

  /** Tells whether a routing protocol can be spoken here now. */
  synchronized boolean speaks(RoutingProtocol protocol) {
    return speakers(protocol).findAny().isPresent();
  }

  /** Provides for a tunnel that is up, or anew for one that has changed. */
  synchronized void up(ServedTunnel present) {
    known = true;
    if (!agreed(tunnel).equals(agreed(Optional.of(present)))) {
      speaker = null;
    }
    tunnel = Optional.of(present);
    // Also if nothing has changed: what has failed is tried again.
    tell();
  }

  /** Looks for a routing service where none could speak: its daemon may have come. */
  synchronized void look() {
    if (known && speaker == null) {
      choose();
      if (speaker != null) {
        tell();
      }
    }
  }

  /** Has written on another thread what could not be written down of what is provided. */
  void flush(Executor disk) {
    memory.flush(disk);
  }

  /** Takes everything back: the tunnel will not come again soon. */
  synchronized void gone() {
    known = true;
    tunnel = Optional.empty();
    tell();
  }

  /** Tells how the services stand that have something to do, by name. */
  synchronized List<ClientStatus.Service> states() {
    return bound.values().stream()
        .flatMap(b -> b.worker().status().stream())
        .sorted(Comparator.comparing(ClientStatus.Service::name))
        .toList();
  }

  /** Takes everything back and lets all go. Blocks for a limited time. */
  @Override
  public void close() {
    List<Bound> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(bound.values());
      bound.clear();
    }
    finish(all);
  }

  private void finish(List<Bound> all) {
    List<Future<?>> last = new ArrayList<>();
    all.forEach(b -> last.add(b.worker().finish()));
    long begin = time.nanos();
    for (int i = 0; i < all.size(); i++) {
      all.get(i).worker().end(last.get(i), CLOSE_LIMIT.minus(time.since(begin)));
    }
  }

  private void tell() {
    if (!known) {
      return;
    }
    choose();
    bound.forEach(
        (service, b) ->
            b.worker()
                .want(service == speaker || wantsPrefix(service) ? tunnel : Optional.empty()));
  }

  private boolean wantsPrefix(TunnelService service) {
    return service instanceof PrefixService && tunnel.flatMap(ServedTunnel::prefix).isPresent();
  }

  /** Keeps the routing service that speaks already, also while its daemon is away. */
  private void choose() {
    Optional<RoutingProtocol> agreed = agreed(tunnel);
    if (agreed.isEmpty()) {
      speaker = null;
    } else if (speaker == null) {
      speaker = speakers(agreed.get()).max(Comparator.comparingInt(this::ranking)).orElse(null);
    }
  }

  private static Optional<RoutingProtocol> agreed(Optional<ServedTunnel> tunnel) {
    return tunnel
        .flatMap(t -> t.arrangements().routing())
        .filter(routing -> !routing.isStatic())
        .map(RoutingAgreement::protocol);
  }

  private Stream<RoutingService> speakers(RoutingProtocol protocol) {
    return bound.keySet().stream()
        .filter(RoutingService.class::isInstance)
        .map(RoutingService.class::cast)
        .filter(service -> service.protocols().contains(protocol));
  }

  private int ranking(TunnelService service) {
    return Optional.ofNullable(bound.get(service)).map(Bound::ranking).orElse(0);
  }

  private record Bound(ServiceWorker worker, int ranking) {}
}

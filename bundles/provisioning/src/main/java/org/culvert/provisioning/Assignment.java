package org.culvert.provisioning;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.culvert.api.service.Duty;
import org.culvert.api.service.Duty.Goal;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelState;

/*
 * What is decided for one tunnel and one kind of service, whenever anything about it changes:
 *   outdated   what was provided for what is no longer so is withdrawn
 *   choose     who shall provide
 *   provide    there
 *   the rest   is withdrawn when that is done, not before
 */
/**
 * Which service has to do what. It decides from what is wanted, what is noted and who is there, and
 * from nothing that came before; so it does not matter where a crash or a failure cut in.
 *
 * <p>For the thread that owns all state.
 */
final class Assignment {
  private final DutyBook book;
  private final Supplier<Instant> now;
  private final Function<String, Optional<TunnelState.Up>> carrier;
  private Map<String, ServedTunnel> wanted = new HashMap<>();

  /**
   * @param carrier tells how a tunnel is carried; empty if it is not up
   */
  Assignment(
      DutyBook book, Supplier<Instant> now, Function<String, Optional<TunnelState.Up>> carrier) {
    this.book = book;
    this.now = now;
    this.carrier = carrier;
  }

  /** Takes what changed about leases. */
  void take(Inbox.News news) {
    if (!news.whole()) {
      news.tunnels().forEach(this::want);
      return;
    }
    Set<String> all = new HashSet<>(wanted.keySet());
    book.lines().forEach(line -> all.addAll(line.entries.keySet()));
    wanted = new HashMap<>();
    news.tunnels().forEach((id, tunnel) -> tunnel.ifPresent(present -> wanted.put(id, present)));
    all.addAll(wanted.keySet());
    all.forEach(this::decide);
  }

  private void want(String id, Optional<ServedTunnel> tunnel) {
    if (tunnel.isPresent()) {
      wanted.put(id, tunnel.get());
    } else {
      wanted.remove(id);
    }
    decide(id);
  }

  private void decide(String id) {
    decide(id, Duty.Kind.DNS);
    decide(id, Duty.Kind.ROUTING);
  }

  /** Decides anew about all tunnels, for a kind of service. */
  void decideAll(Duty.Kind kind) {
    wanted.keySet().forEach(id -> decide(id, kind));
  }

  void decide(String id, Duty.Kind kind) {
    List<Entry> entries = book.of(id, kind);
    Optional<ServedTunnel> want =
        Optional.ofNullable(wanted.get(id)).filter(tunnel -> Wanted.from(kind, tunnel));
    for (Entry entry : entries) {
      boolean outdated = want.isEmpty() || !Wanted.same(entry.tunnel(), want.get());
      boolean taken = kind == Duty.Kind.ROUTING && entry.line.isLeaving();
      if (entry.provides() && (outdated || taken)) {
        withdraw(entry);
      }
    }
    // Two routing daemons must not hold a tunnel: the next gets it when the one that leaves let go.
    boolean someLeave = entries.stream().anyMatch(entry -> entry.line.isLeaving());
    if (want.isPresent() && !someLeave) {
      choose(kind, want.get(), entries).ifPresent(line -> assign(want.get(), line, entries));
    }
  }

  private void assign(ServedTunnel tunnel, Line line, List<Entry> entries) {
    Entry chosen = line.entries.get(tunnel.id());
    if (chosen == null) {
      Entry added = book.add(line, wantedAt(line, onDevice(tunnel, line), Goal.PROVIDED));
      attach(added);
    } else if (!chosen.provides()) {
      // If it is something else that is withdrawn there, this comes after it.
      if (Wanted.same(chosen.tunnel(), tunnel)) {
        provide(chosen, tunnel);
      }
    } else if (!chosen.tunnel().type().equals(tunnel.type())) {
      provide(chosen, tunnel);
    } else if (chosen.isDone()) {
      entries.stream().filter(entry -> entry != chosen && entry.provides()).forEach(this::withdraw);
    }
  }

  /** Provides, or provides anew. */
  void provide(Entry entry, ServedTunnel tunnel) {
    ServedTunnel with = onDevice(tunnel, entry.line);
    // Where it was provided is where it must be withdrawn.
    ServedTunnel kept = with.device().isPresent() ? with : with.on(entry.tunnel().device());
    book.change(entry, wantedAt(entry.line, kept, Goal.PROVIDED));
    attach(entry);
  }

  void withdraw(Entry entry) {
    entry.waits(false);
    book.change(entry, wantedAt(entry.line, entry.tunnel(), Goal.WITHDRAWN));
  }

  private void attach(Entry entry) {
    if (entry.line.id.kind() == Duty.Kind.ROUTING) {
      entry.seen = true;
      entry.carrier = carrier.apply(entry.tunnel().id());
      entry.waits(entry.carrier.isEmpty());
    }
  }

  private ServedTunnel onDevice(ServedTunnel tunnel, Line line) {
    return line.id.kind() == Duty.Kind.ROUTING
        ? tunnel.on(carrier.apply(tunnel.id()).map(TunnelState.Up::device))
        : tunnel;
  }

  private Duty wantedAt(Line line, ServedTunnel tunnel, Goal goal) {
    return Entry.wanted(line.id.kind(), line.id.name(), tunnel, goal, now.get());
  }

  /**
   * Chooses the highest of those that are there and of the one that provides already. One that
   * provides and is missing is waited for; if nobody else is there, for ever.
   */
  private Optional<Line> choose(Duty.Kind kind, ServedTunnel tunnel, List<Entry> entries) {
    List<Line> holders = entries.stream().filter(Entry::provides).map(entry -> entry.line).toList();
    Optional<Line> present =
        Stream.concat(
                holders.stream(),
                book.lines().stream()
                    .filter(line -> line.id.kind() == kind && speaks(line, tunnel)))
            .filter(Line::isUsable)
            .max(Comparator.comparing(Line::rank));
    boolean held = holders.stream().anyMatch(Line::isUsable);
    Optional<Line> missing =
        holders.stream()
            .filter(line -> present.isEmpty() || (!held && line.missedFrom.isAfter(now.get())))
            .findFirst();
    return missing.or(() -> present);
  }

  private static boolean speaks(Line line, ServedTunnel tunnel) {
    return line.id.kind() == Duty.Kind.DNS
        || tunnel
            .arrangements()
            .routing()
            .map(RoutingAgreement::protocol)
            .filter(line.protocols::contains)
            .isPresent();
  }
}

package org.culvert.provisioning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;

/** What the operator asks and orders. Except where it says so, for the thread that owns all. */
final class Desk {
  private final Provisioner provisioner;
  private final SteadyClock clock;

  Desk(Provisioner provisioner, SteadyClock clock) {
    this.provisioner = provisioner;
    this.clock = clock;
  }

  /** Returns all duties. Any thread may ask. */
  List<Duty> duties() {
    return entries("").map(Entry::shown).map(clock::dated).toList();
  }

  /** Returns how many duties {@link #retry} would try. Any thread may ask. */
  int retriable(String id) {
    return (int)
        entries(id)
            .filter(entry -> !entry.isDone() && !entry.waits() && entry.line.isBound())
            .count();
  }

  void retry(String id) {
    for (Line line : provisioner.book.lines()) {
      line.outage.clear();
    }
    entries(id).filter(entry -> !entry.isDone()).forEach(provisioner.caller::hurry);
    provisioner.book.lines().forEach(provisioner.caller::pump);
  }

  CompletionStage<Integer> forget(String service) {
    int forgotten = provisioner.forget(service);
    return provisioner.book.settled().thenApply(nothing -> forgotten);
  }

  CompletionStage<List<String>> verify(String id) {
    Check check = new Check();
    List<Entry> all = entries(id).filter(Entry::provides).toList();
    for (Entry entry : all) {
      if (!entry.isDone() || !entry.line.isUsable()) {
        Duty duty = entry.shown();
        String problem = duty.problem().map(text -> ": " + text).orElse("");
        String state =
            entry.isDone() ? "is not there" : duty.state().name().toLowerCase(Locale.ROOT);
        check.found(entry.tunnel().owner() + " at " + duty.service() + ": " + state + problem);
      } else {
        check.expect();
        entry.line.looks.add(new Line.Look(entry.tunnel().id(), Optional.of(check)));
      }
    }
    provisioner.book.lines().forEach(provisioner.caller::pump);
    check.oneIsOver();
    return check.answer;
  }

  CompletionStage<List<String>> details(String id) {
    List<CompletableFuture<List<String>>> parts = new ArrayList<>();
    entries(id)
        .filter(Entry::provides)
        .sorted((one, other) -> one.line.id.kind().compareTo(other.line.id.kind()))
        .forEach(entry -> parts.add(details(entry)));
    return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
        .thenApply(nothing -> parts.stream().flatMap(part -> part.join().stream()).toList());
  }

  private CompletableFuture<List<String>> details(Entry entry) {
    ServedTunnel tunnel = entry.tunnel();
    Duty duty = entry.shown();
    Optional<? extends Object> service = entry.line.service();
    if (service.isEmpty() || !entry.isDone()) {
      return CompletableFuture.completedFuture(
          List.of(
              entry.line.id
                  + ": "
                  + duty.state().name().toLowerCase(Locale.ROOT)
                  + duty.problem().map(text -> ", " + text).orElse("")));
    }
    if (service.get() instanceof DnsRegistrar registrar) {
      return CompletableFuture.completedFuture(records(entry, registrar, tunnel));
    }
    String protocol =
        tunnel
            .arrangements()
            .routing()
            .map(RoutingAgreement::protocol)
            .map(Object::toString)
            .orElse("");
    CompletableFuture<List<String>> state = new CompletableFuture<>();
    provisioner.caller.ask(
        entry.line,
        called -> called instanceof RoutingService routing ? routing.state(tunnel) : "",
        (answer, failure) ->
            state.complete(
                List.of(
                    protocol
                        + " at "
                        + entry.line.id.name()
                        + ": "
                        + answer.orElse(failure.map(ServiceException::getMessage).orElse("")))));
    return state;
  }

  private static List<String> records(Entry entry, DnsRegistrar registrar, ServedTunnel tunnel) {
    try {
      return List.copyOf(registrar.records(tunnel));
    } catch (RuntimeException | LinkageError e) {
      return List.of(entry.line.id + " does not tell its records: " + e);
    }
  }

  private Stream<Entry> entries(String id) {
    return provisioner.book.lines().stream()
        .flatMap(
            line ->
                id.isEmpty()
                    ? line.entries.values().stream()
                    : Optional.ofNullable(line.entries.get(id)).stream());
  }
}

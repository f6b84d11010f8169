package org.culvert.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.culvert.conformance.cause.Causes;

/**
 * Runs cases against a server: those that need nothing of one another side by side, those of the
 * one user, and those that must be alone, one after another.
 */
final class Kit {
  private static final int LANES = 8;
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final List<Case> cases;
  private final boolean slow;
  private final boolean limits;
  private final Duration patience;
  private final Consumer<String> remarks;

  /**
   * @param slow whether to run cases that have to wait for long
   * @param limits whether to run cases that reach a server's limits
   * @param patience how long to wait for a server that no longer answers
   * @param remarks is told what happens meanwhile
   */
  Kit(List<Case> cases, boolean slow, boolean limits, Duration patience, Consumer<String> remarks) {
    this.remarks = remarks;
    this.patience = patience;
    this.cases = List.copyOf(cases);
    this.slow = slow;
    this.limits = limits;
  }

  /** A case on a leg. */
  private record Run(Case tested, Leg leg, Target target, Capabilities offered, Pulse pulse) {
    void now() {
      pulse.run(tested, () -> new Dialogue(tested, leg, target, offered).run());
    }

    boolean inTurn() {
      boolean commands = tested.steps().stream().anyMatch(step -> step.verb() == Verb.XML);
      return tested.needs(Need.Kind.ALONE) || (commands && Logins.usesUser(tested));
    }
  }

  /**
   * Runs every case that fits on every leg.
   *
   * @return results in the order of the cases, leg by leg
   */
  List<Result> run(Map<Leg, Target> legs) throws InterruptedException {
    List<Result> results = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    List<Pulse> pulses = new ArrayList<>();
    for (Map.Entry<Leg, Target> entry : legs.entrySet()) {
      Leg leg = entry.getKey();
      Probe probe = probe(leg, entry.getValue());
      Pulse pulse = new Pulse(leg, entry.getValue(), patience, remarks);
      pulses.add(pulse);
      for (Case tested : cases) {
        if (!tested.legs().contains(leg)) {
          continue;
        }
        Optional<Result> hindrance =
            probe.hindrance().isEmpty()
                ? hindrance(tested, leg, entry.getValue(), probe.offered())
                : Optional.of(
                    Result.withoutRun(tested, leg, Result.Outcome.SKIPPED, probe.hindrance()));
        hindrance.ifPresentOrElse(
            results::add,
            () -> runs.add(new Run(tested, leg, entry.getValue(), probe.offered(), pulse)));
      }
    }
    run(runs);
    // What this host's own load may have caused is looked at again.
    runs.stream().filter(run -> run.pulse().isLate(run.tested())).forEach(Run::now);
    pulses.forEach(pulse -> results.addAll(pulse.results()));
    Map<String, Integer> order = new LinkedHashMap<>();
    cases.forEach(tested -> order.put(tested.id(), order.size()));
    results.sort(
        Comparator.comparing(Result::leg)
            .thenComparing(result -> order.getOrDefault(result.tested().id(), 0)));
    return Causes.once(results, Result::passed, Result::without);
  }

  private static void run(List<Run> runs) throws InterruptedException {
    ExecutorService lanes =
        Executors.newFixedThreadPool(
            LANES,
            task -> {
              Thread thread = new Thread(task, "culvert-conformance");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<?>> pending = new ArrayList<>();
      Predicate<Run> inTurn = Run::inTurn;
      pending.add(lanes.submit(() -> runs.stream().filter(inTurn).forEach(Run::now)));
      runs.stream().filter(inTurn.negate()).forEach(run -> pending.add(lanes.submit(run::now)));
      for (Future<?> one : pending) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a case of the kit failed", e);
    } finally {
      lanes.shutdownNow();
      lanes.awaitTermination(LONGEST.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** What a server says at first; a hindrance if that is of no use. */
  private record Probe(Capabilities offered, String hindrance) {}

  private static Probe probe(Leg leg, Target target) {
    Capabilities nothing = Capabilities.parse("");
    try (Conversation conversation = Conversations.open(leg, target, violation -> {})) {
      conversation.send(Text.octets("VERSION=2.0.2\r\n"));
      Reply reply = new ReplyReader(conversation, leg.isTcp(), target.limit(), f -> {}).line();
      return reply.line().startsWith("CAPABILITY")
          ? new Probe(Capabilities.parse(reply.line()), "")
          : new Probe(nothing, "a client of version 2.0.2 is told \"" + reply.line() + "\"");
    } catch (IOException | Unmet e) {
      return new Probe(nothing, "nobody answers: " + e.getMessage());
    }
  }

  private Optional<Result> hindrance(Case tested, Leg leg, Target target, Capabilities offered) {
    List<Need> needs = new ArrayList<>(tested.needs());
    needs.addAll(Logins.needs(tested));
    for (Need need : needs) {
      String lack =
          switch (need.kind()) {
            case CREDENTIALS -> target.hasCredentials() ? "" : "no user and password were given";
            case MECHANISM ->
                offered.mechanisms().contains(need.value()) ? "" : "no AUTH=" + need.value();
            case NO_MECHANISM ->
                offered.mechanisms().contains(need.value()) ? need.value() + " is offered" : "";
            case TUNNEL ->
                offered.tunnels().contains(need.value()) ? "" : "no TUNNEL=" + need.value();
            case NO_TUNNEL ->
                offered.tunnels().contains(need.value()) ? need.value() + " is offered" : "";
            case TIME -> slow ? "" : "takes long; --slow runs it";
            case LIMITS -> limits ? "" : "the server's limits are not told; --limits runs it";
            case ZERO_OCTET, ALONE -> "";
          };
      if (!lack.isEmpty()) {
        boolean absent = need.kind() == Need.Kind.MECHANISM || need.kind() == Need.Kind.TUNNEL;
        return Optional.of(
            Result.withoutRun(
                tested, leg, absent ? Result.Outcome.NOT_OFFERED : Result.Outcome.SKIPPED, lack));
      }
    }
    return Optional.empty();
  }
}

package org.culvert.conformance.client;

import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.conformance.cause.Causes;

/**
 * Takes a client through scripts: one that comes again by itself, or one that is started for each.
 */
final class Examination {
  private static final List<String> OTHERS = List.of("other1", "other2", "other3");

  /** How often a script is played at most while all that is wrong may be the machine's doing. */
  private static final int MOST_PLAYS = 5;

  private static final int MOST_TRIES = 20;
  private static final int BETWEEN_TRIES_MILLIS = 100;
  private static final int NETWORKS = 250;

  /**
   * Counts what was played by all examinations, so that no two share an address; those of other
   * processes begin elsewhere.
   */
  private static final AtomicInteger COUNTER =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(100) * NETWORKS);

  private final ClientOptions options;
  private final Optional<Subject> subject;
  private final Profile profile;
  private final PrintStream out;

  Examination(ClientOptions options, Optional<Subject> subject, PrintStream out) {
    this.options = options;
    this.subject = subject;
    this.out = out;
    this.profile = new Profile(options.user, options.password, options.has, subject.isPresent());
  }

  private record Run(Script script, Way way) {}

  /** Plays what was chosen, and returns the verdicts in the order of the scripts. */
  List<Verdict> run(List<Script> scripts) throws InterruptedException {
    List<Run> runs = new ArrayList<>();
    for (Script script : scripts) {
      for (Way way : Way.values()) {
        boolean mayListen =
            options.listen.stream().anyMatch(a -> a instanceof Inet4Address == way.isIpv4());
        if (script.ways().contains(way) && options.ways.contains(way) && mayListen) {
          runs.add(new Run(script, way));
        }
      }
    }
    ExecutorService lanes =
        Executors.newFixedThreadPool(
            subject.isPresent() && isLoopback() ? options.lanes : 1,
            task -> {
              Thread thread = new Thread(task, "culvert-conformance");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<Verdict>> pending = new ArrayList<>();
      runs.forEach(run -> pending.add(lanes.submit(() -> play(run))));
      List<Verdict> verdicts = new ArrayList<>();
      for (Future<Verdict> verdict : pending) {
        verdicts.add(verdict.get());
      }
      return Causes.once(verdicts, Verdict::passed, Verdict::without);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a script of the kit failed", e);
    } finally {
      lanes.shutdownNow();
    }
  }

  private Verdict play(Run run) throws InterruptedException {
    Script script = run.script();
    String lack = profile.lack(script);
    if (!lack.isEmpty()) {
      return Verdict.skipped(script, run.way(), "the client is not said to have: " + lack);
    }
    try {
      Map<String, InetAddress> places = places(run.way());
      for (String other : OTHERS) {
        if (!places.containsKey(other) && script.steps().toString().contains(other)) {
          return Verdict.skipped(script, run.way(), "the kit has too few addresses to listen at");
        }
      }
      if (subject.isEmpty()) {
        out.println(script.id() + " over " + run.way() + ": " + script.title());
        out.flush();
      }
      Verdict verdict = play(run, places);
      // What a busy machine did is not the client's fault, and does not come every time.
      for (int plays = 1; verdict.late() && subject.isPresent() && plays < MOST_PLAYS; plays++) {
        verdict = play(run, places(run.way()));
      }
      return verdict;
    } catch (IOException e) {
      return Verdict.skipped(script, run.way(), String.valueOf(e.getMessage()));
    }
  }

  private Verdict play(Run run, Map<String, InetAddress> places)
      throws IOException, InterruptedException {
    boolean started = subject.isPresent();
    Duration first = started ? options.timeout : options.wait;
    try (Ears ears = listen(places, run.way())) {
      AutoCloseable client = started ? subject.get().start(task(run, places)) : () -> {};
      try {
        return new Play(run.script(), profile, ears, places, first, options.timeout).run(run.way());
      } finally {
        close(client);
      }
    }
  }

  /** Waits a moment for the sockets of the script before to be really closed. */
  private Ears listen(Map<String, InetAddress> places, Way way)
      throws IOException, InterruptedException {
    for (int tries = 1; tries < MOST_TRIES; tries++) {
      try {
        return Ears.open(places, options.port, way.isTcp());
      } catch (BindException e) {
        Thread.sleep(BETWEEN_TRIES_MILLIS);
      }
    }
    return Ears.open(places, options.port, way.isTcp());
  }

  private void close(AutoCloseable client) {
    try {
      client.close();
    } catch (Exception e) {
      out.println("the client does not come to an end: " + e);
    }
  }

  private Subject.Task task(Run run, Map<String, InetAddress> places) {
    Script script = run.script();
    String type =
        script.needs().stream()
            .filter(need -> need.startsWith("type:"))
            .map(need -> need.substring("type:".length()))
            .findFirst()
            .orElse(run.way().isIpv4() ? "v6anyv4" : "v4v6");
    boolean anonymous =
        script.needs().stream().noneMatch(List.of("user", "plain", "scram")::contains);
    return new Subject.Task(
        script.id(),
        places.getOrDefault("main", options.listen.get(0)).getHostAddress(),
        options.port,
        run.way().isTcp() ? "tcp" : "udp",
        type,
        anonymous ? "" : profile.user(),
        anonymous ? "" : profile.password(),
        script.needs());
  }

  private boolean isLoopback() {
    return options.listen.stream().allMatch(InetAddress::isLoopbackAddress);
  }

  /** On the loopback network of IPv4 each script has addresses of its own. */
  private Map<String, InetAddress> places(Way way) throws IOException {
    Map<String, InetAddress> places = new LinkedHashMap<>();
    if (subject.isPresent() && way.isIpv4() && isLoopback()) {
      int count = COUNTER.getAndIncrement();
      for (int i = 0; i <= OTHERS.size(); i++) {
        byte[] address = {
          127, (byte) (77 + count / NETWORKS), (byte) (1 + count % NETWORKS), (byte) (1 + i)
        };
        places.put(name(i), InetAddress.getByAddress(address));
      }
      return places;
    }
    for (InetAddress address : options.listen) {
      if (address instanceof Inet4Address == way.isIpv4() && places.size() <= OTHERS.size()) {
        places.put(name(places.size()), address);
      }
    }
    return places;
  }

  private static String name(int place) {
    return place == 0 ? "main" : OTHERS.get(place - 1);
  }
}

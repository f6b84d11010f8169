package org.culvert.conformance;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.culvert.conformance.Conversation.Arrival;

/**
 * Runs cases on one leg, and notices when the server no longer answers there, and after which case.
 * If the server comes back, the cases that were under way run again one by one, which finds the one
 * that ended it; the others go on. If not, the rest is skipped. For any number of threads.
 */
final class Pulse {
  /** How long a supervisor may take to start a server anew. */
  static final Duration USUAL_RETURN = Duration.ofSeconds(10);

  private static final int TRIES = 3;
  private static final int BETWEEN_TRIES_MILLIS = 250;

  /** A server that each case ends is not waited for without end. */
  private static final int MOST_DEATHS = 20;

  private static final String GONE = "the server no longer answers after this case";

  private final Leg leg;
  private final Target target;
  private final Duration patience;
  private final Consumer<String> remarks;

  /** Held for reading by each case, for writing by whoever looks after a death. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  // Guarded by this.
  private final Map<Case, Result> results = new LinkedHashMap<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private long lastPassedBegan = Long.MIN_VALUE;

  // Written under the write lock.
  private int deaths;
  private Optional<String> dead = Optional.empty();

  /** How a case came out, the most suspect first. */
  private enum Fate {
    FAILED,
    /** It found nobody to connect to, so the server was gone already. */
    CAME_LATE,
    PASSED;

    static Fate of(Result result) {
      if (!result.isViolation()) {
        return PASSED;
      }
      return foundNobody(result) ? CAME_LATE : FAILED;
    }
  }

  /** One time that a case ran. */
  private record Attempt(
      Case tested, Supplier<Result> dialogue, long began, long ended, Fate fate) {}

  /**
   * @param patience how long to wait for a server to come back
   * @param remarks is told when that begins
   */
  Pulse(Leg leg, Target target, Duration patience, Consumer<String> remarks) {
    this.remarks = remarks;
    this.leg = leg;
    this.target = target;
    this.patience = patience;
  }

  private static boolean foundNobody(Result result) {
    return result.findings().stream()
        .allMatch(finding -> finding.what().contains(ConnectException.class.getName()));
  }

  /** Runs a case, or skips it if nobody answers any more. Its result is kept here. */
  void run(Case tested, Supplier<Result> dialogue) {
    int seen;
    Result result;
    lock.readLock().lock();
    try {
      if (dead.isPresent()) {
        keep(skipped(tested, dead.get()));
        return;
      }
      seen = deaths;
      long began = System.nanoTime();
      result = dialogue.get();
      keep(result);
      attempted(new Attempt(tested, dialogue, began, System.nanoTime(), Fate.of(result)));
    } finally {
      lock.readLock().unlock();
    }
    if (result.isViolation() && (foundNobody(result) || !answers())) {
      died(seen);
    }
  }

  /** Returns what came of every case that ran. */
  synchronized List<Result> results() {
    return List.copyOf(results.values());
  }

  /** Tells whether a case should run again, because this host may have been too busy for it. */
  synchronized boolean isLate(Case tested) {
    Result result = results.get(tested);
    return result != null && result.mayBeLateness();
  }

  private synchronized void keep(Result result) {
    results.put(result.tested(), result);
  }

  private synchronized void attempted(Attempt attempt) {
    attempts.add(attempt);
    if (attempt.fate() == Fate.PASSED) {
      lastPassedBegan = Math.max(lastPassedBegan, attempt.began());
    }
  }

  /** What ended before a case began that passed has ended nothing. */
  private synchronized List<Attempt> underWay() {
    return attempts.stream()
        .filter(attempt -> attempt.ended() >= lastPassedBegan)
        .sorted(Comparator.comparing(Attempt::fate).thenComparing(Attempt::began))
        .toList();
  }

  private void died(int seen) {
    lock.writeLock().lock();
    try {
      if (deaths != seen || dead.isPresent()) {
        return; // Somebody else has looked after it.
      }
      deaths++;
      List<Attempt> suspects = underWay();
      if (deaths > MOST_DEATHS || !comesBack()) {
        bury(suspects);
        return;
      }
      suspects = suspects.stream().filter(one -> one.fate() != Fate.PASSED).toList();
      for (int i = 0; i < suspects.size(); i++) {
        Attempt suspect = suspects.get(i);
        Result alone = suspect.dialogue().get();
        if (i > 0 && alone.isViolation() && foundNobody(alone)) {
          // The one before had ended it, and was over before the server was gone.
          blame(suspects.get(i - 1));
          if (!comesBack()) {
            skip(suspects.subList(i, suspects.size()), suspects.get(i - 1).tested().id());
            return;
          }
          alone = suspect.dialogue().get();
        }
        keep(alone);
        if (!answers()) {
          blame(suspect);
          if (!comesBack()) {
            skip(suspects.subList(i + 1, suspects.size()), suspect.tested().id());
            return;
          }
        }
      }
      synchronized (this) {
        attempts.clear();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private synchronized void blame(Attempt killer) {
    Result result = results.get(killer.tested());
    if (result != null) {
      keep(result.with(new Finding(Level.MUST, GONE, true)));
    }
  }

  /** Nothing more can be found out: one of the most suspect it was. */
  private synchronized void bury(List<Attempt> underWay) {
    Fate worst = underWay.get(0).fate();
    List<Attempt> suspects = underWay.stream().filter(one -> one.fate() == worst).toList();
    String ids = suspects.stream().map(one -> one.tested().id()).collect(Collectors.joining(", "));
    String what =
        suspects.size() == 1 ? GONE : GONE + ", or one that ran beside it: \"" + ids + '"';
    for (Attempt suspect : suspects) {
      Result result = results.get(suspect.tested());
      if (result != null) {
        keep(result.with(new Finding(Level.MUST, what, true)));
      }
    }
    dead = Optional.of(suspects.size() == 1 ? ids : "one of " + ids);
    underWay.stream()
        .filter(one -> one.fate() == Fate.CAME_LATE && worst != Fate.CAME_LATE)
        .forEach(one -> keep(skipped(one.tested(), dead.orElseThrow())));
  }

  private void skip(List<Attempt> rest, String killer) {
    dead = Optional.of(killer);
    rest.forEach(attempt -> keep(skipped(attempt.tested(), killer)));
  }

  private Result skipped(Case tested, String killer) {
    return Result.withoutRun(
        tested, leg, Result.Outcome.SKIPPED, "the server no longer answers since " + killer);
  }

  private boolean comesBack() {
    remarks.accept(leg + ": the server no longer answers; it is waited for");
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() - end < 0) {
      if (isAnswered()) {
        return true;
      }
      pause();
    }
    return false;
  }

  private boolean answers() {
    for (int tries = 0; tries < TRIES; tries++) {
      if (isAnswered()) {
        return true;
      }
      pause();
    }
    return false;
  }

  private static void pause() {
    try {
      Pause.millis(BETWEEN_TRIES_MILLIS);
    } catch (IOException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whatever it says, and be it a refusal: somebody is there who says it. */
  private boolean isAnswered() {
    try (Conversation conversation = Conversations.open(leg, target, violation -> {})) {
      conversation.send(Text.octets("VERSION=2.0.2\r\n"));
      Arrival arrival = conversation.receive(target.limit(), false);
      return arrival instanceof Arrival.Octets;
    } catch (IOException e) {
      return false;
    }
  }
}

package org.culvert.lease.jdbc;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.service.Duty;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.service.SampleDuties;

/**
 * Writes leases of some users, and what a service has to do for others, until it is killed, and
 * prints what it asked for and what it was told.
 *
 * <pre>
 *   asked USER MILLIS     it asks for a lease that expires then, or a duty that is so since then; 0:
 *                         for its end
 *   stored USER           that was confirmed
 *   refused USER          that was refused
 *   tick                  from time to time
 * </pre>
 */
final class RandomWriter {
  static final int USERS = 12;

  /** The users before this one have leases, the others duties. */
  private static final int FIRST_WITH_DUTY = 8;

  private static final long PAUSE_MILLIS = 5;
  private static final long TICK_MILLIS = 50;

  private final JdbcLeaseStore store;
  private final SplittableRandom random;
  private final Map<Integer, Lease> leases = new HashMap<>();
  private final Map<Integer, Duty> duties = new HashMap<>();
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

  private RandomWriter(JdbcLeaseStore store, long seed) {
    this.store = store;
    random = new SplittableRandom(seed);
    for (Lease lease : store.load()) {
      leases.put(numberOf(lease.owner()), lease);
    }
    for (Duty duty : store.duties()) {
      duties.put(numberOf(duty.tunnel().owner()), duty);
    }
  }

  /** Returns the number of a user. */
  static int numberOf(String owner) {
    return Integer.parseInt(owner.substring("user-".length()));
  }

  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    Sqlite sqlite = new Sqlite(file);
    new StoreKeeper(
        () -> new JdbcLeaseStore(sqlite, Schema.CURRENT),
        store -> {
          new RandomWriter(store, seed).begin();
          return () -> {};
        });
    while (true) {
      say("tick");
      try {
        Thread.sleep(TICK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void begin() {
    for (int user = 0; user < USERS; user++) {
      int each = user;
      thread.execute(() -> ask(each));
    }
  }

  private void ask(int user) {
    if (user < FIRST_WITH_DUTY) {
      askForLease(user);
    } else {
      askForDuty(user);
    }
  }

  private void askForDuty(int user) {
    Optional<Duty> before = Optional.ofNullable(duties.get(user));
    boolean ends = before.isPresent() && random.nextInt(4) == 0;
    Optional<Duty> after = ends ? Optional.empty() : Optional.of(next(SampleDuties.queued(user)));
    say("asked " + user + " " + after.map(duty -> duty.since().toEpochMilli()).orElse(0L));
    store
        .keep(after.stream().toList(), ends ? before.stream().toList() : List.of())
        .whenComplete(
            (nothing, failure) -> thread.execute(() -> told(user, duties, after, failure == null)));
  }

  private void askForLease(int user) {
    Optional<Lease> before = Optional.ofNullable(leases.get(user));
    boolean ends = before.isPresent() && random.nextInt(4) == 0;
    Optional<Lease> after = ends ? Optional.empty() : Optional.of(next(user, before));
    LeaseChange change =
        after
            .<LeaseChange>map(LeaseChange.Put::new)
            .orElseGet(() -> new LeaseChange.Remove(before.orElseThrow()));
    say("asked " + user + " " + after.map(lease -> lease.expires().toEpochMilli()).orElse(0L));
    store
        .commit(List.of(change))
        .whenComplete(
            (nothing, failure) -> thread.execute(() -> told(user, leases, after, failure == null)));
  }

  private <T> void told(int user, Map<Integer, T> known, Optional<T> after, boolean stored) {
    say((stored ? "stored " : "refused ") + user);
    if (stored) {
      after.ifPresentOrElse(one -> known.put(user, one), () -> known.remove(user));
      ask(user);
    } else {
      thread.schedule(() -> ask(user), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private Duty next(Duty duty) {
    return new Duty(
        duty.kind(),
        duty.service(),
        duty.tunnel(),
        duty.goal(),
        duty.state(),
        Instant.ofEpochMilli(1 + random.nextInt(1 << 30)),
        duty.attempts(),
        duty.next(),
        duty.problem());
  }

  private Lease next(int user, Optional<Lease> before) {
    Lease lease =
        before
            .map(old -> SampleLeases.next(old, Lease.State.ACTIVE))
            .orElseGet(() -> SampleLeases.active(user));
    Instant expires = lease.created().plus(Duration.ofMillis(1 + random.nextInt(1 << 30)));
    return new Lease(
        lease.id(),
        lease.owner(),
        lease.anonymous(),
        lease.state(),
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        lease.prefix(),
        lease.keepAlive(),
        lease.arrangements(),
        lease.created(),
        expires,
        lease.revision());
  }

  private static void say(String line) {
    System.out.println(line);
  }
}

package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.tcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.culvert.api.broker.Identity;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseWatcher;
import org.culvert.api.status.StatusCode;
import org.junit.jupiter.api.Test;

/** What those are told who watch leases. */
class WatchersTest {
  private final Rig rig = new Rig();
  private final Recording watcher = new Recording();

  @Test
  void isToldTheWholeTruthAndThenEveryChange() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.broker.addWatcher(watcher);

    rig.accepted(BOB, rig.offerV6V4(BOB, ELSEWHERE));
    get(rig.broker.delete(ALICE, tcp(HOME)));

    assertThat(watcher.told)
        .containsExactly("all: alice ACTIVE", "bob OFFERED", "bob ACTIVE", "alice EXPIRED");
  }

  @Test
  void isToldWhenALeaseIsForgotten() {
    rig.broker.addWatcher(watcher);
    Identity anonymous = Identity.anonymous("x");

    get(rig.broker.reject(anonymous, rig.offerUdp(anonymous, HOME, 1).id()));

    assertThat(watcher.told).containsExactly("all:", "anonymous-x OFFERED", "anonymous-x removed");
  }

  @Test
  void isToldNothingThatTheDiskHasNotYet() {
    rig.broker.addWatcher(watcher);
    rig.store.hold();
    rig.askUdp(ALICE, HOME, 1);
    assertThat(watcher.told).containsExactly("all:");

    rig.store.release();

    assertThat(watcher.told).containsExactly("all:", "alice OFFERED");
  }

  @Test
  void isToldNothingThatFailed() {
    rig.broker.addWatcher(watcher);
    rig.store.fail("disk full");

    refusal(rig.askUdp(ALICE, HOME, 1));

    assertThat(watcher.told).containsExactly("all:");
  }

  @Test
  void isToldAllAnewWhenTheStoreWasReadAnew() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.broker.addWatcher(watcher);
    Lease lease = rig.lease(ALICE);
    get(
        rig.store.commit(
            List.of(new LeaseChange.Put(Leases.inState(lease, State.EXPIRED, lease.expires())))));

    assertThat(refusal(rig.broker.delete(ALICE, tcp(HOME)))).isEqualTo(StatusCode.SERVER_ERROR);

    assertThat(watcher.told).containsExactly("all: alice ACTIVE", "all: alice EXPIRED");
  }

  @Test
  void isToldNothingMoreOnceItHasLeft() {
    rig.broker.addWatcher(watcher);
    rig.broker.removeWatcher(watcher);

    rig.offerV6V4(ALICE, HOME);

    assertThat(watcher.told).containsExactly("all:");
  }

  @Test
  void isToldNothingIfItLeavesBeforeItsTurn() {
    Watchers watchers = new Watchers();
    watchers.add(watcher);
    watchers.changed(List.of());
    watchers.all(List.of());
    watchers.remove(watcher);

    watchers.begin(watcher, List.of());

    assertThat(watcher.told).isEmpty();
  }

  @Test
  void oneThatThrowsHarmsNobody() {
    Recording broken = new Recording();
    broken.fails = true;
    rig.broker.addWatcher(broken);
    rig.broker.addWatcher(new Gone());
    rig.broker.addWatcher(watcher);

    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    broken.fails = false;
    rig.clock.advance(Duration.ofDays(2));
    rig.advance(Duration.ofSeconds(2));

    assertThat(watcher.told)
        .containsExactly("all:", "alice OFFERED", "alice ACTIVE", "alice EXPIRED");
    assertThat(broken.told).containsExactly("alice EXPIRED");
    assertThat(rig.server.desired()).isEmpty();
  }

  /** Its bundle has lost the packages that it needs. */
  private static final class Gone implements LeaseWatcher {
    @Override
    public void all(Collection<Lease> leases) {
      throw new NoClassDefFoundError("gone/with/its/Bundle");
    }

    @Override
    public void changed(Lease lease) {
      throw new NoClassDefFoundError("gone/with/its/Bundle");
    }

    @Override
    public void removed(Lease lease) {
      throw new NoClassDefFoundError("gone/with/its/Bundle");
    }
  }

  /** Notes what it is told, a line each. */
  private static final class Recording implements LeaseWatcher {
    final List<String> told = new ArrayList<>();
    boolean fails;

    @Override
    public void all(Collection<Lease> leases) {
      StringBuilder line = new StringBuilder("all:");
      leases.forEach(lease -> line.append(' ').append(lease.owner() + " " + lease.state()));
      note(line.toString());
    }

    @Override
    public void changed(Lease lease) {
      note(lease.owner() + " " + lease.state());
    }

    @Override
    public void removed(Lease lease) {
      note(lease.owner() + " removed");
    }

    private void note(String line) {
      if (fails) {
        throw new IllegalStateException("a watcher that fails");
      }
      told.add(line);
    }
  }
}

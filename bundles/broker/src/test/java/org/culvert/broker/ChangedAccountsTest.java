package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.HOME;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.Grant;
import org.culvert.api.broker.Identity;
import org.culvert.testkit.log.Said;
import org.junit.jupiter.api.Test;

/** What an operator is told whose change of an account does not reach a tunnel. */
class ChangedAccountsTest {
  private static final Grant HOME_GROUP = Grant.of(Set.of("home"));

  private final Users users = new Users();
  private final Rig rig = new Rig().accounts(users);

  /** A store that learns of changes. */
  private static final class Users implements CredentialStore {
    private final Map<String, Account> accounts = new HashMap<>();
    private long changes = 1;

    private Users() {
      has("alice", true, HOME_GROUP);
      has("bob", true, HOME_GROUP);
    }

    private void has(String user, boolean enabled, Grant grant) {
      accounts.put(
          user, new Account(user, enabled, null, null, List.of(), AccountPolicy.ANY, grant));
      changes++;
    }

    private void lacks(String user) {
      accounts.remove(user);
      changes++;
    }

    @Override
    public Optional<Account> find(String user) {
      return Optional.ofNullable(accounts.get(user));
    }

    @Override
    public long changes() {
      return changes;
    }
  }

  private List<String> told(Runnable change) {
    return Said.during(
            () -> {
              change.run();
              rig.advance(Duration.ofSeconds(5));
            })
        .stream()
        .filter(line -> line.contains("its account"))
        .toList();
  }

  @Test
  void aChangeOfGroupsAndLifetimeIsToldOnceWithWhatEndsTheTunnel() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.accepted(BOB, rig.offerUdp(BOB, HOME, 2));
    assertThat(told(() -> {})).isEmpty();

    Grant now = new Grant(Set.of("work", "home"), Optional.of(Duration.ofMinutes(60)));
    List<String> lines = told(() -> users.has("alice", true, now));

    assertThat(lines)
        .singleElement()
        .asString()
        .contains(
            "alice: v6udpv4 ",
            "its account has the groups home,work and a lifetime of 60 min now, and it keeps the"
                + " groups home and the broker's lifetime until its client asks again; to end it"
                + " now: culvert:tunnel-delete "
                + rig.lease(ALICE).id().substring(0, 8));
    assertThat(told(() -> users.has("carol", true, now))).as("nothing new").isEmpty();
    assertThat(told(() -> users.has("alice", true, Grant.NONE)))
        .singleElement()
        .asString()
        .contains("its account has no group and the broker's lifetime now");
    assertThat(told(() -> users.has("alice", true, HOME_GROUP))).as("changed back").isEmpty();
    assertThat(told(() -> users.has("alice", true, now))).hasSize(1);
  }

  @Test
  void whoseClientAsksAgainHasWhatTheAccountHas() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    assertThat(told(() -> users.has("alice", true, Grant.NONE))).hasSize(1);

    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));

    assertThat(told(() -> users.has("carol", true, Grant.NONE))).isEmpty();
    assertThat(told(() -> users.has("alice", true, HOME_GROUP))).hasSize(1);
  }

  @Test
  void aTunnelWhoseUserIsLockedOutOrRemovedIsNamedOnceWithItsEnd() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.accepted(BOB, rig.offerUdp(BOB, HOME, 2));

    assertThat(told(() -> users.has("alice", false, HOME_GROUP)))
        .singleElement()
        .asString()
        .contains("its account was disabled; it stands until 20", " at most and is not prolonged")
        .endsWith("to end it now: culvert:tunnel-delete " + rig.lease(ALICE).id().substring(0, 8));
    assertThat(told(() -> users.lacks("bob")))
        .singleElement()
        .asString()
        .contains("bob: v6udpv4 ", "its account was removed; it stands until 20");
    assertThat(told(() -> users.has("carol", true, HOME_GROUP))).isEmpty();
  }

  @Test
  void nobodyIsCalledRemovedWhileAStoreIsAway() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    assertThat(told(() -> users.has("carol", true, HOME_GROUP))).isEmpty();
    Users other = new Users();
    other.lacks("alice");

    assertThat(told(() -> rig.accounts(users, other))).isEmpty();
    assertThat(told(() -> rig.accounts(other))).isEmpty();
    assertThat(told(() -> rig.accounts())).isEmpty();
    assertThat(told(() -> rig.accounts(users))).isEmpty();
    assertThat(told(() -> users.lacks("alice"))).hasSize(1);
  }

  @Test
  void ofManyTunnelsTheFirstAreNamedAndTheOthersCounted() {
    Grant now = Grant.of(Set.of("work"));
    List<String> lines =
        Said.during(
            () -> {
              for (int i = 0; i < 60; i++) {
                users.has("u" + i, true, HOME_GROUP);
                rig.accepted(Identity.of("u" + i), rig.offerUdp(Identity.of("u" + i), HOME, i + 1));
              }
              for (int i = 0; i < 60; i++) {
                users.has("u" + i, true, now);
              }
              rig.advance(Duration.ofSeconds(5));
            });

    assertThat(lines).filteredOn(line -> line.contains("its account has")).hasSize(50);
    assertThat(lines).anyMatch(line -> line.contains("10 more tunnels keep what they had"));
  }

  /** Whom a certificate names needs no account. */
  @Test
  void whoNeverHadAnAccountIsNotCalledRemoved() {
    users.lacks("bob");
    rig.accepted(BOB, rig.offerUdp(BOB, HOME, 2));

    assertThat(told(() -> users.has("alice", true, HOME_GROUP))).isEmpty();
  }

  @Test
  void whatChangedWhileTheBrokerWasOffIsToldAtItsStart() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    users.has("alice", true, Grant.NONE);

    assertThat(told(rig::powerCut)).hasSize(1);
  }
}

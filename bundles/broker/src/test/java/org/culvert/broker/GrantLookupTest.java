package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.Grant;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrantLookupTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final ExecutorService threads = GrantLookup.newThreads();

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void storeOfTheHighestRankingCounts() {
    GrantLookup lookup = lookup(LONG, knows("alice", "low"), knows("alice", "high"));

    assertThat(of(lookup, "alice").groups()).containsExactly("high");
  }

  @Test
  void userWhomNobodyKnowsIsInNoGroup() {
    assertThat(of(lookup(LONG, knows("alice", "home")), "gw7")).isEqualTo(Grant.NONE);
  }

  @Test
  void tellsWhetherThereIsAnAccountThatMayBeUsed() {
    Account barred = new Account("hal", false, null, null, List.of(), AccountPolicy.ANY);
    GrantLookup lookup =
        lookup(
            LONG,
            user -> user.equals("hal") ? Optional.of(barred) : knows("alice", "home").find(user));

    assertThat(standing(lookup, "alice")).isEqualTo(Standing.GOOD);
    assertThat(standing(lookup, "hal").why()).contains("its account is disabled");
    assertThat(standing(lookup, "gw7").why()).contains("no store of accounts knows its user");
  }

  @Test
  void isUnsureWithoutAStoreOrAnAnswer() {
    assertThat(standing(lookup(LONG), "alice")).isEqualTo(Standing.UNSURE);
    assertThat(standing(lookup(SHORT, hanging(new CountDownLatch(1))), "alice"))
        .isEqualTo(Standing.UNSURE);
  }

  @Test
  void storeThatHangsIsGivenUpAndInterrupted() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    GrantLookup lookup = lookup(SHORT, hanging(interrupted));

    assertRefused(lookup.of("alice"));

    assertThat(interrupted.await(1, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void storeThatFailsIsNoReasonToServeTheUserOtherwise() {
    GrantLookup lookup =
        lookup(
            LONG,
            knows("alice", "home"),
            user -> {
              throw new IllegalStateException("down");
            });

    assertRefused(lookup.of("alice"));
  }

  @Test
  void moreThanCanWaitAreRefusedAtOnce() {
    GrantLookup lookup = lookup(LONG, hanging(new CountDownLatch(0)));
    List<CompletableFuture<Grant>> asked = new ArrayList<>();
    for (int i = 0; i < 1100; i++) {
      asked.add(lookup.of("user" + i).toCompletableFuture());
    }

    assertThat(asked).filteredOn(CompletableFuture::isCompletedExceptionally).hasSize(96);
    assertRefused(asked.get(1099));
  }

  private GrantLookup lookup(Duration patience, CredentialStore... stores) {
    return new GrantLookup(() -> List.of(stores), threads, patience);
  }

  private static Grant of(GrantLookup lookup, String user) {
    return lookup.of(user).toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
  }

  private static Standing standing(GrantLookup lookup, String user) {
    return lookup.standing(user).toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
  }

  private static void assertRefused(CompletionStage<?> stage) {
    assertThatThrownBy(() -> stage.toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            TspException.class, e -> assertThat(e.code()).isEqualTo(StatusCode.SERVER_BUSY));
  }

  private static CredentialStore knows(String user, String group) {
    Account account =
        new Account(user, true, null, null, List.of(), AccountPolicy.ANY, Set.of(group));
    return asked -> asked.equals(user) ? Optional.of(account) : Optional.empty();
  }

  private static CredentialStore hanging(CountDownLatch interrupted) {
    return user -> {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        interrupted.countDown();
      }
      return Optional.empty();
    };
  }
}

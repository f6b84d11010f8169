package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final Set<Slot> ALICE = Set.of(new Slot("alice", Family.IPV6));

  private final Turns turns = new Turns(Runnable::run);

  @Test
  void stepWithoutItsClassesHoldsNoLaterOneUp() {
    CompletableFuture<String> lost =
        turns
            .<String>take(
                ALICE,
                () -> {
                  throw new NoClassDefFoundError("gone/with/its/Bundle");
                })
            .toCompletableFuture();
    CompletableFuture<String> next =
        turns.take(ALICE, () -> CompletableFuture.completedFuture("done")).toCompletableFuture();

    assertThat(lost).isCompletedExceptionally();
    assertThat(next).isCompletedWithValue("done");
  }
}

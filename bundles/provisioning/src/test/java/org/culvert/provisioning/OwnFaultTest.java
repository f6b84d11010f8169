package org.culvert.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import org.culvert.api.service.Duty;
import org.culvert.testkit.service.ScriptedService.Mood;
import org.culvert.testkit.service.ScriptedService.OfNames;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users whose own name servers are dead cost themselves something, and nobody else. */
class OwnFaultTest {
  private static final int DEAD = 5;
  private final OfNames bind = new OfNames("bind");
  private final Rig rig = new Rig();

  @BeforeEach
  void start() {
    rig.bind(bind, 0);
    rig.begin();
    for (int i = 0; i < DEAD; i++) {
      bind.fault("lease-" + i, true);
      rig.active(i, Rig.named("dead" + i + ".example.org"));
    }
  }

  @Test
  void othersAreServedAtOnceHoweverManyOfThemThereAre() {
    for (int i = 10; i < 20; i++) {
      rig.active(i, Rig.named("a" + i + ".example.org"));
      assertThat(rig.duty("bind", i).state()).isEqualTo(Duty.State.DONE);
      rig.advance(40);
    }
    assertThat(rig.duty("bind", 0).state()).isEqualTo(Duty.State.QUEUED);
  }

  @Test
  void theirOwnTriesGrowRareWhateverBecomesOfOthers() {
    rig.advance(600);
    bind.journal();

    for (int i = 10; i < 20; i++) {
      rig.active(i, Rig.named("a" + i + ".example.org"));
    }

    assertThat(bind.journal()).noneMatch(deed -> deed.matches("provide lease-[0-4]"));
  }

  @Test
  void anOutageThatEndsDoesNotBringThemForward() {
    rig.advance(600);
    bind.is(Mood.IS_DOWN);
    for (int i = 10; i < 15; i++) {
      rig.active(i, Rig.named("a" + i + ".example.org"));
    }
    rig.advance(5);
    bind.journal();
    bind.is(Mood.WORKS);
    rig.advance(40);

    assertThat(bind.ids()).hasSize(5);
    assertThat(bind.journal().stream().filter(deed -> deed.matches("provide lease-[0-4]")).count())
        .as("each at its own time")
        .isLessThan(DEAD);
  }

  @Test
  void theyAreServedWhenTheirFaultIsMended() {
    bind.fault("lease-0", false);
    rig.advance(600);

    assertThat(rig.duty("bind", 0).state()).isEqualTo(Duty.State.DONE);
    assertThat(rig.duty("bind", 1).state()).isEqualTo(Duty.State.QUEUED);
  }
}

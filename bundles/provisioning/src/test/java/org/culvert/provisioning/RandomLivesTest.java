package org.culvert.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.service.MemoryDutyStore;
import org.culvert.testkit.service.ScriptedService;
import org.culvert.testkit.service.ScriptedService.Mood;
import org.culvert.testkit.service.ScriptedService.OfNames;
import org.culvert.testkit.service.ScriptedService.OfRouting;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens to leases, tunnels, services and the process itself, in the end each tunnel has
 * all that it was promised at one service, and nothing else is anywhere.
 */
class RandomLivesTest {
  private static final int TUNNELS = 6;
  private static final int STEPS = 120;
  private static final int LIVES = 60;
  private static final List<Mood> MOODS =
      List.of(Mood.WORKS, Mood.WORKS, Mood.IS_DOWN, Mood.LOSES_REPLY, Mood.REFUSES, Mood.THROWS);

  /** Ends the process at once, wherever it is. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final OfNames bind = new OfNames("bind");
  private final OfNames knot = new OfNames("knot");
  private final OfRouting frr = new OfRouting("frr", RoutingProtocol.BGP, RoutingProtocol.RIP);
  private final OfRouting bird = new OfRouting("bird", RoutingProtocol.BGP, RoutingProtocol.RIP);
  private final List<ScriptedService> services = List.of(bind, knot, frr, bird);
  private final MemoryDutyStore disk = new MemoryDutyStore();
  private final List<String> story = new ArrayList<>();
  private int untilKilled = Integer.MAX_VALUE;
  private int names;
  private boolean dead;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void endWithAllThatIsPromisedAndNothingElse(long seed) {
    for (int life = 0; life < LIVES; life++) {
      RandomLivesTest one = new RandomLivesTest();
      one.live(new Random(seed * 1_000 + life), "seed " + (seed * 1_000 + life));
    }
  }

  private void live(Random random, String seed) {
    Rig rig = new Rig();
    services.forEach(service -> service.atEachStep(this::step));
    rig.restart(new Mortal());
    for (int i = 0; i < STEPS; i++) {
      try {
        one(random, rig);
      } catch (Killed | AssertionError e) {
        if (!dead) {
          throw e;
        }
      }
      // The executor may have caught what killed it.
      if (dead) {
        story.add("killed");
        dead = false;
        untilKilled = Integer.MAX_VALUE;
        rig.restart(new Mortal());
      }
    }
    untilKilled = Integer.MAX_VALUE;
    disk.heal();
    for (ScriptedService service : services) {
      service.is(Mood.WORKS);
      if (!rig.bound.containsKey(service)) {
        rig.bind(service, ranking(service));
      }
    }
    rig.leases.keySet().forEach(id -> rig.server.up(id, "last"));
    rig.advance(20);
    rig.provisioning.retry("");
    rig.advance(1_200);

    assertThat(content(bind)).as(seed + story).isEqualTo(wanted(rig, Duty.Kind.DNS));
    assertThat(content(knot)).as(seed + story).isEmpty();
    assertThat(content(frr)).as(seed + story).isEqualTo(wanted(rig, Duty.Kind.ROUTING));
    assertThat(content(bird)).as(seed + story).isEmpty();
    assertThat(frr.provided()).as(seed).allMatch(t -> t.device().equals(Optional.of("last")));
    assertThat(rig.duties()).as(seed).allMatch(duty -> duty.state() == Duty.State.DONE);
    // Dates are told by a clock that was set since they were stored.
    assertThat(disk.duties())
        .as(seed)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("since", "next")
        .containsExactlyInAnyOrderElementsOf(rig.duties());
  }

  private void one(Random random, Rig rig) {
    int number = random.nextInt(TUNNELS);
    String id = "lease-" + number;
    ScriptedService service = services.get(random.nextInt(services.size()));
    switch (random.nextInt(13)) {
      case 0, 1 -> {
        story.add("accept " + id);
        Lease old = rig.leases.getOrDefault(id, SampleLeases.active(number));
        rig.tell(
            SampleLeases.with(
                SampleLeases.next(old, Lease.State.ACTIVE), arrangements(random, number)));
      }
      case 2 -> {
        story.add("end " + id);
        if (rig.leases.containsKey(id)) {
          rig.end(number);
        }
      }
      case 3 -> {
        story.add("remove " + id);
        rig.remove(number);
      }
      case 4, 5 -> {
        boolean there = rig.bound.containsKey(service);
        story.add((there ? "unbind " : "bind ") + service.name());
        if (there) {
          rig.unbind(service);
        } else {
          rig.bind(service, ranking(service));
        }
      }
      case 6 -> {
        Mood mood = MOODS.get(random.nextInt(MOODS.size()));
        story.add(service.name() + " " + mood);
        service.is(mood);
      }
      case 7 -> {
        story.add("tunnel " + id);
        if (random.nextInt(3) == 0) {
          rig.server.down(id);
        } else {
          rig.server.up(id, "tun" + random.nextInt(2));
        }
      }
      case 8 -> {
        story.add("kill soon");
        untilKilled = 1 + random.nextInt(12);
      }
      case 9 -> {
        if (random.nextBoolean()) {
          story.add("store fails");
          disk.fail("full");
        } else {
          disk.heal();
        }
      }
      case 10 -> {
        if (random.nextInt(4) == 0) {
          story.add("restart");
          disk.heal();
          rig.provisioning.close();
          rig.restart(new Mortal());
        } else {
          rig.provisioning.retry("");
        }
      }
      case 11 -> {
        Duration jump = Duration.ofHours(random.nextInt(1_500) - 750);
        story.add("clock " + jump);
        rig.clock.jump(jump);
      }
      default -> {
        long seconds = random.nextInt(4) == 0 ? random.nextInt(400) : random.nextInt(12);
        story.add("wait " + seconds);
        rig.advance(seconds);
      }
    }
  }

  private Arrangements arrangements(Random random, int number) {
    Optional<RoutingAgreement> routing =
        switch (random.nextInt(4)) {
          case 0 -> Optional.empty();
          case 1 -> Optional.of(RoutingAgreement.STATIC);
          case 2 -> Optional.of(RoutingAgreement.of(RoutingProtocol.RIP));
          default -> Optional.of(RoutingAgreement.bgp(64_512 + number, 64_500));
        };
    int version = random.nextInt(3) == 0 ? names++ : 0;
    return new Arrangements(
        Optional.of("n" + number + "-" + version + ".example.org"), List.of(), routing);
  }

  private static int ranking(ScriptedService service) {
    return service.name().equals("bind") || service.name().equals("frr") ? 5 : 1;
  }

  private void step() {
    if (untilKilled != Integer.MAX_VALUE && --untilKilled <= 0) {
      dead = true;
      throw new Killed();
    }
  }

  private static Set<String> content(ScriptedService service) {
    return service.provided().stream().map(RandomLivesTest::text).collect(Collectors.toSet());
  }

  private static Set<String> wanted(Rig rig, Duty.Kind kind) {
    return rig.leases.values().stream()
        .flatMap(lease -> Wanted.of(lease).stream())
        .filter(tunnel -> Wanted.from(kind, tunnel))
        .map(RandomLivesTest::text)
        .collect(Collectors.toSet());
  }

  private static String text(ServedTunnel tunnel) {
    return tunnel.id() + tunnel.arrangements();
  }

  /** The disk, on the way to which the process may be killed: before it is written, or after. */
  private final class Mortal implements DutyStore {
    @Override
    public List<Duty> duties() {
      // A process that finds its store broken is started again until it is not.
      disk.heal();
      return disk.duties();
    }

    @Override
    public CompletionStage<Void> keep(List<Duty> written, List<Duty> forgotten) {
      step();
      CompletionStage<Void> kept = disk.keep(written, forgotten);
      step();
      return kept;
    }
  }
}

package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.testkit.time.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {
  private static final BrokerAddress BROKER = new BrokerAddress("2001:db8::7", 99);
  private static final Memory.Remembered OVER_TCP = worked(Transport.TCP, "2.0.2");
  private static final Memory.Remembered OVER_UDP = worked(Transport.UDP, "2.0.2");
  private static final Memory.Remembered OLD = worked(Transport.UDP, "2.0.0");

  @TempDir Path directory;
  private final ManualClock clock = new ManualClock();

  @Test
  void survivesARestart() {
    memory("alice").remember(OVER_TCP);

    assertThat(bare(memory("alice").recall(false))).contains(OVER_TCP);
  }

  @Test
  void isNotBelievedByAnotherUserOrUnderOtherBrokers() {
    memory("alice").remember(OVER_TCP);

    assertThat(memory("bob").recall(false)).isEmpty();
    assertThat(memory("").recall(false)).isEmpty();
    Configs other = Configs.forServers("b.example").in(directory).with("user", "alice");
    assertThat(memory(other.with("password", "s3")).recall(false)).isEmpty();
  }

  @Test
  void isNotBelievedWhereOtherReferralsAreFollowed() {
    memory("alice").remember(OVER_TCP);

    Configs none = Configs.forServers("a.example").in(directory).with("user", "alice");
    assertThat(memory(none.with("password", "s3")).recall(false)).isPresent();
    assertThat(memory(none.with("referrals", "none")).recall(false)).isEmpty();
  }

  @Test
  void triesTheFirstChoiceAgainSoonHoweverOftenTheOtherIsUsedMeanwhile() {
    Memory memory = memory("alice");
    memory.remember(OVER_TCP);

    pass(Memory.DETOUR.dividedBy(2));
    assertThat(bare(memory.recall(false))).contains(OVER_TCP);
    memory.remember(OVER_TCP);
    pass(Memory.DETOUR.dividedBy(2));

    assertThat(bare(memory.recall(false))).contains(OVER_UDP);
    assertThat(bare(memory.recall(true))).contains(OVER_UDP);
    memory.remember(OVER_TCP);
    assertThat(bare(memory.recall(false))).as("it was tried in vain").contains(OVER_TCP);
  }

  @Test
  void triesTheFirstChoiceAgainSoonAfterARestartToo() {
    memory("alice").remember(OVER_TCP);

    pass(Memory.DETOUR.plusSeconds(1));

    assertThat(bare(memory("alice").recall(false))).contains(OVER_UDP);
  }

  @Test
  void forgetsAnOlderVersionAfterADay() {
    Memory memory = memory("alice");
    memory.remember(OLD);
    assertThat(bare(memory.recall(false))).as("once is not enough").contains(OVER_UDP);
    memory.remember(OLD);
    pass(Duration.ofHours(23));
    memory.remember(OLD);
    assertThat(bare(memory.recall(false))).contains(OLD);

    pass(Duration.ofHours(2));

    assertThat(memory.recall(false)).isEmpty();
    assertThat(bare(memory.recall(true))).as("a tunnel is renewed where it is").contains(OVER_UDP);
    assertThat(memory("alice").recall(false)).as("after a restart").isEmpty();
  }

  @Test
  void neverRemembersAVersionBelowOneThatWorked() {
    memory("alice").remember(OVER_UDP);
    Memory memory = memory("alice");

    memory.remember(OLD);
    assertThat(bare(memory.recall(false))).contains(OVER_UDP);

    pass(Memory.TRUST);
    memory.remember(OLD);
    memory.remember(OLD);
    assertThat(bare(memory.recall(false))).as("the broker may have become older").contains(OLD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P1D", "P-1D", "P31D", "P-20000D"})
  void aJumpOfTheTimeOfDayChangesNothingWhileItRuns(Duration jump) {
    Memory memory = memory("alice");
    memory.remember(OVER_TCP);

    clock.jump(jump);
    assertThat(bare(memory.recall(false))).contains(OVER_TCP);
    pass(Memory.DETOUR);

    assertThat(bare(memory.recall(false))).contains(OVER_UDP);
  }

  @Test
  void aDateInTheFutureMakesNoDetourLast() {
    memory("alice").remember(OVER_TCP);
    clock.jump(Duration.ofDays(-3));

    Memory later = memory("alice");
    assertThat(later.recall(false)).isEmpty();
    later.remember(OLD);
    later.remember(OLD);
    assertThat(bare(later.recall(false))).as("nor does it lower the version").contains(OVER_UDP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\0\0\0\0",
        "#Culvert\nservers=x",
        "#Culvert\nbroker=;;\ntransport=TCP",
        "#Culvert\ntransport=PIGEON\nsince=99999999999999999",
        "#Culvert\nversion=\\uzzzz"
      })
  void anOwnFileThatMakesNoSenseIsReplaced(String content) throws IOException {
    memory("alice").remember(OVER_TCP);
    String head = content.replace("#Culvert", "#Culvert\n" + servers());
    Files.writeString(file(), head);

    Memory memory = memory("alice");
    assertThat(memory.recall(false)).isEmpty();
    memory.remember(OVER_TCP);

    assertThat(bare(memory("alice").recall(false))).contains(OVER_TCP);
  }

  @Test
  void aFileOfSomebodyElseIsLeftAloneUntilItIsMovedAway() throws IOException {
    for (String foreign : new String[] {"[section]\nkey=1\n", "x".repeat(5000)}) {
      Files.writeString(file(), foreign);
      Memory memory = memory("alice");
      memory.remember(OVER_TCP);
      assertThat(bare(memory.recall(false))).contains(OVER_TCP);
      assertThat(file()).hasContent(foreign);

      Files.delete(file());
      memory.flush();
      assertThat(bare(memory("alice").recall(false))).contains(OVER_TCP);
    }
  }

  @Test
  void goesOnWhereNothingCanBeWrittenAndWritesWhenItCan() throws IOException {
    Path inTheWay = Files.writeString(directory.resolve("deep"), "");
    Configs configs = Configs.forServers("a.example").with("state", inTheWay + "/state");
    Memory memory = memory(configs);
    memory.remember(OVER_TCP);
    assertThat(bare(memory.recall(false))).contains(OVER_TCP);
    memory.flush();

    Files.delete(inTheWay);
    memory.flush();

    assertThat(bare(memory(configs).recall(false))).contains(OVER_TCP);
  }

  /** What is tried first, without what is known beside it. */
  private static Optional<Memory.Remembered> bare(Optional<Memory.Remembered> recalled) {
    return recalled.map(r -> new Memory.Remembered(r.broker(), r.rung()));
  }

  private static Memory.Remembered worked(Transport transport, String version) {
    return new Memory.Remembered(BROKER, new Ladder.Rung(transport, version));
  }

  private Path file() {
    return directory.resolve("state.properties");
  }

  private String servers() throws IOException {
    return Files.readAllLines(file()).stream()
        .filter(line -> line.startsWith("servers") || line.startsWith("user"))
        .reduce("", (one, other) -> one + other + "\n");
  }

  private Memory memory(String user) {
    Configs configs = Configs.forServers("a.example").in(directory);
    return memory(user.isEmpty() ? configs : configs.with("user", user).with("password", "s3"));
  }

  private Memory memory(Configs configs) {
    Timepiece time = new Timepiece(clock::nanoTime, clock);
    return new Memory(configs.settings(), time, Runnable::run);
  }

  private void pass(Duration time) {
    clock.advance(time);
  }
}

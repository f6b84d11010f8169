package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
  private static final List<BrokerAddress> SERVERS = List.of(new BrokerAddress("a.example", 3653));
  private static final Memory.Remembered WORKED =
      new Memory.Remembered(
          new BrokerAddress("2001:db8::7", 99), new Ladder.Rung(Transport.TCP, "2.0.0"));

  @TempDir Path directory;

  @Test
  void survivesARestart() {
    Path file = directory.resolve("deep/state.properties");
    new Memory(file, SERVERS).remember(WORKED);

    assertThat(new Memory(file, SERVERS).recall()).contains(WORKED);
  }

  @Test
  void forgetsWhenTheOperatorNamesOtherBrokers() {
    Path file = directory.resolve("state.properties");
    new Memory(file, SERVERS).remember(WORKED);

    assertThat(new Memory(file, List.of(new BrokerAddress("b.example", 3653))).recall()).isEmpty();
  }

  @Test
  void ignoresAFileThatMakesNoSense() throws IOException {
    Path file = directory.resolve("state.properties");
    Files.writeString(file, "servers=" + SERVERS + "\nbroker=;;\ntransport=TCP\n");
    assertThat(new Memory(file, SERVERS).recall()).isEmpty();

    Files.writeString(file, "servers=" + SERVERS + "\nbroker=a\ntransport=PIGEON\n");
    assertThat(new Memory(file, SERVERS).recall()).isEmpty();
  }

  @Test
  void ignoresAFileThatIsTooLarge() throws IOException {
    Path file = directory.resolve("state.properties");
    new Memory(file, SERVERS).remember(WORKED);
    Files.writeString(file, Files.readString(file) + "#" + "x".repeat(5000));

    assertThat(new Memory(file, SERVERS).recall()).isEmpty();
  }

  @Test
  void goesOnWhereNothingCanBeWritten() throws IOException {
    Path notADirectory = Files.writeString(directory.resolve("file"), "");
    Memory memory = new Memory(notADirectory.resolve("state.properties"), SERVERS);

    memory.remember(WORKED);

    assertThat(memory.recall()).contains(WORKED);
  }
}

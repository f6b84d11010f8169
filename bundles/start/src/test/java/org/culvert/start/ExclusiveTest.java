package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExclusiveTest {
  @TempDir Path data;

  @Test
  void saysWhichProcessHasTheFolder() throws Exception {
    assertThat(Exclusive.of(data).holds()).isTrue();

    assertThat(data.resolve("culvert.pid"))
        .hasContent(Long.toString(ProcessHandle.current().pid()));
  }

  @Test
  void anotherProcessIsRefusedAndToldWhichOneIsThere() throws IOException, InterruptedException {
    Path file = Files.writeString(data.resolve("culvert.pid"), "4711\n");
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                file.toString())
            .start();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('h');

      assertThatThrownBy(() -> Exclusive.of(data))
          .isInstanceOf(Refusal.class)
          .hasMessageContaining("process 4711")
          .hasMessageContaining("KARAF_DATA");
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  /** Locks a file until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      try (var channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
        channel.lock();
        System.out.print('h');
        System.out.flush();
        Thread.currentThread().join();
      }
    }
  }
}

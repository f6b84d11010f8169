package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetAsideTest {
  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();

  @Test
  void putsTracesIntoAFileUntilAllIsInstalled(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("installation.log");
    SetAside aside = new SetAside(file, new PrintStream(terminal));
    PrintStream errors = new PrintStream(aside, true);
    errors.println("a trace");
    assertThat(file).hasContent("a trace");
    errors.println("culvert: the disk is full");
    assertThat(terminal).hasToString("culvert: the disk is full\n");
    terminal.reset();

    aside.end();
    errors.println("an error");
    assertThat(file).hasContent("a trace");
    assertThat(terminal).hasToString("an error\n");
  }

  @Test
  void losesWhatCannotBeWritten() {
    PrintStream errors =
        new PrintStream(
            new SetAside(Path.of("/no/such/folder/file"), new PrintStream(terminal)), true);
    errors.println("a trace");

    assertThat(terminal.size()).isZero();
    assertThat(errors.checkError()).isFalse();
  }
}

package org.culvert.start;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Takes what Karaf and its libraries write to the terminal while bundles are installed, stack
 * traces as a rule, and puts it into a file. Lines of Culvert's own go to the terminal. Later all
 * does. Threads may write at any time.
 */
final class SetAside extends OutputStream {
  private static final String OWN = "culvert: ";

  private final Path file;
  private final PrintStream terminal;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean ended;

  /**
   * Begins.
   *
   * @param file takes what is set aside, behind what it has
   * @param terminal takes the rest
   */
  SetAside(Path file, PrintStream terminal) {
    this.file = file;
    this.terminal = terminal;
  }

  @Override
  public synchronized void write(int octet) {
    if (ended) {
      terminal.write(octet);
      return;
    }
    line.write(octet);
    if (octet == '\n') {
      endLine();
    }
  }

  @Override
  public synchronized void flush() {
    if (ended) {
      terminal.flush();
    }
  }

  private void endLine() {
    if (line.toString(StandardCharsets.UTF_8).startsWith(OWN)) {
      terminal.write(line.toByteArray(), 0, line.size());
      terminal.flush();
    } else {
      try (OutputStream out =
          Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        line.writeTo(out);
      } catch (IOException e) {
        // The disk is full, which is told in a sentence of its own.
      }
    }
    line.reset();
  }

  /** Lets everything through from now on. */
  synchronized void end() {
    ended = true;
    terminal.write(line.toByteArray(), 0, line.size());
    terminal.flush();
    line.reset();
  }
}

package org.culvert.start;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The terminal while bundles are installed: it shows Culvert's own lines, and the rest is in {@code
 * installation.log}. Where a shell has the terminal, only errors are set aside.
 */
final class Terminal {
  private final List<SetAside> asides;

  private Terminal(List<SetAside> asides) {
    this.asides = asides;
  }

  /** Takes the place of the standard streams; some keep them, so they are never given back. */
  static Terminal setAside(Folders folders) {
    Path file = file(folders);
    SetAside errors = new SetAside(file, System.err);
    System.setErr(new PrintStream(errors, true, Charset.defaultCharset()));
    if (Boolean.getBoolean("karaf.startLocalConsole")) {
      return new Terminal(List.of(errors));
    }
    SetAside rest = new SetAside(file, System.out);
    System.setOut(new PrintStream(rest, true, Charset.defaultCharset()));
    return new Terminal(List.of(errors, rest));
  }

  /** Deletes what was set aside by an earlier process. */
  static void forget(Folders folders) {
    try {
      Files.deleteIfExists(file(folders));
    } catch (IOException e) {
      // Then it is made longer.
    }
  }

  private static Path file(Folders folders) {
    return folders.log().resolve("installation.log");
  }

  /** Lets everything through from now on. */
  void end() {
    asides.forEach(SetAside::end);
  }
}

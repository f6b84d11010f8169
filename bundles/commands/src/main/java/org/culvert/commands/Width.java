package org.culvert.commands;

import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.Terminal;
import org.jspecify.annotations.Nullable;

/** Finds out how many columns there are for output. */
final class Width {
  /** What goes into a pipe, a file or a script has no width. */
  static final int NONE = Integer.MAX_VALUE;

  /** Terminals that are narrower break lines themselves. */
  static final int LEAST = 40;

  private Width() {}

  /**
   * Returns the width of the terminal that a command's output goes to, {@link #NONE} if it goes
   * elsewhere.
   *
   * @param process what the command runs in, by which a pipe is known; null outside of the shell
   */
  static int of(Session session, @Nullable Process process) {
    if (process != null && !process.isTty(1)) {
      return NONE;
    }
    Terminal terminal = session.getTerminal();
    // By ssh -t there is a terminal, of which Karaf knows no more than this.
    int width = terminal == null ? number(session.get("COLUMNS")) : terminal.getWidth();
    return width <= 0 ? NONE : Math.max(width, LEAST);
  }

  private static int number(@Nullable Object text) {
    try {
      return text == null ? 0 : Integer.parseInt(text.toString());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}

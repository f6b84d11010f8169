package org.culvert.routing.frr;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.culvert.api.service.ServiceException;

/**
 * A command that FRR did not carry out.
 *
 * @param command the command; empty text where none is known
 * @param reason what FRR says about it, in one line
 */
record Refusal(String command, String reason) {
  /** How the shell repeats a command before it passes it on. */
  private static final Pattern ECHO = Pattern.compile("[^\\s#>]+[#>] (.*)");

  private static final String DESCRIPTION = "Error description:";
  private static final Pattern PASSING =
      Pattern.compile("(?i).*(is not running|failed to connect|locked|communicate|closed).*");
  private static final Pattern FORBIDDEN = Pattern.compile("(?i).*permission denied.*");
  private static final int LONGEST_REASON = 200;

  /**
   * Finds the first refusal.
   *
   * @param printed what FRR's shell printed while it repeated its commands
   * @param status what it ended with
   */
  static Optional<Refusal> in(String printed, int status) {
    String command = "";
    String unmarked = "";
    String marked = "";
    Iterable<String> lines = printed.lines().map(String::strip)::iterator;
    for (String line : lines) {
      Matcher echo = ECHO.matcher(line);
      if (echo.matches() && marked.isEmpty()) {
        command = echo.group(1);
        unmarked = "";
      } else if (line.startsWith("%") && marked.isEmpty()) {
        marked = line.substring(1).strip();
      } else if (line.startsWith(DESCRIPTION)) {
        marked = line.substring(DESCRIPTION.length()).strip();
        break;
      } else if (unmarked.isEmpty()) {
        unmarked = line;
      }
    }
    if (status == 0 && marked.isEmpty()) {
      return Optional.empty();
    }
    String reason =
        Stream.of(marked, unmarked, "no reason is told (status " + status + ")")
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElseThrow();
    return Optional.of(
        new Refusal(command, reason.substring(0, Math.min(LONGEST_REASON, reason.length()))));
  }

  /** Says so, to be tried again where that can help. */
  ServiceException toException() {
    if (FORBIDDEN.matcher(reason).matches()) {
      return ServiceException.lasting(
          "FRR may not be spoken to: run as root, or as a member of the group frrvty", null);
    }
    if (PASSING.matcher(reason).matches()) {
      return ServiceException.passing("FRR cannot be changed now: " + reason, null);
    }
    return ServiceException.lasting("FRR refuses \"" + command + "\": " + reason, null);
  }
}

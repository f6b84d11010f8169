package org.culvert.routing.bird;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of BIRD's list of protocols.
 *
 * @param name the protocol's name
 * @param kind what it speaks, in BIRD's words
 * @param table the routing table that it fills
 * @param state up, start, stop or down
 * @param info what it says about itself; may be empty text
 */
record ProtocolLine(String name, String kind, String table, String state, String info) {
  /** The time before the info may hold a date, a time or both. */
  private static final Pattern LINE =
      Pattern.compile(
          "(\\S+)\\s+(\\S+)\\s+(\\S+)\\s+(\\S+)\\s+"
              + "(?:\\d{4}-\\d\\d-\\d\\d(?:\\s+[0-9:.]+)?|[0-9:.]+|\\S+)(?:\\s+(.*))?");

  static Optional<ProtocolLine> of(String text) {
    Matcher matcher = LINE.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String info = matcher.group(5);
    return Optional.of(
        new ProtocolLine(
            matcher.group(1),
            matcher.group(2),
            matcher.group(3),
            matcher.group(4),
            info == null ? "" : info.strip().replaceAll(" {2,}", ", ")));
  }

  boolean isUp() {
    return state.equals("up");
  }
}

package org.culvert.routing.bird;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that BIRD tells about one protocol.
 *
 * @param protocols its line in the list of protocols; none: there is no such protocol
 * @param details what follows that line
 */
record ProtocolDetails(List<ProtocolLine> protocols, List<String> details) {
  private static final Pattern ROUTES =
      Pattern.compile(
          "Routes:\\s+([0-9]{1,10}) imported, (?:([0-9]{1,10}) filtered, )?([0-9]{1,10}).*");
  private static final Pattern ERROR = Pattern.compile("Last error:\\s+(.{1,200})");

  /** Copies the lists. */
  ProtocolDetails {
    protocols = List.copyOf(protocols);
    details = List.copyOf(details);
  }

  /** Tells in one line how the protocol stands. */
  String summary() {
    if (protocols.isEmpty()) {
      return "BIRD has no such protocol";
    }
    ProtocolLine protocol = protocols.get(0);
    if (!protocol.isUp()) {
      String info = protocol.info().isEmpty() ? protocol.state() : protocol.info();
      return find(ERROR)
          // The info says so, too, where that is what it waits for.
          .filter(error -> !info.contains(error.group(1).strip()))
          .map(error -> info + ", last because of: " + error.group(1).strip())
          .orElse(info);
    }
    String state = protocol.info().isEmpty() ? protocol.kind() + " up" : protocol.info();
    return find(ROUTES)
        .map(
            routes ->
                state
                    + (", " + count(routes.group(1), "accepted"))
                    + (", " + count(routes.group(3), "announced"))
                    + refused(routes.group(2)))
        .orElse(state);
  }

  /** Tells whether nothing goes out by a channel of the protocol. */
  boolean exportsNothing() {
    return details.stream().anyMatch(line -> line.strip().matches("Output filter:\\s+REJECT"));
  }

  private Optional<Matcher> find(Pattern pattern) {
    return details.stream()
        .map(line -> pattern.matcher(line.strip()))
        .filter(Matcher::matches)
        .findFirst();
  }

  private static String refused(@Nullable String number) {
    return number == null || number.equals("0") ? "" : ", " + count(number, "refused");
  }

  private static String count(String number, String what) {
    return number + (number.equals("1") ? " prefix " : " prefixes ") + what;
  }
}

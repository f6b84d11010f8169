package org.culvert.routing.frr;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A neighbor of BGP that was being made, or taken for ours, when somebody ended the shell or the
 * daemon: FRR takes a description only for a neighbor that exists, so for a moment it bears no
 * mark.
 *
 * <p>Such a neighbor has no description, and either names one of our filters, or has nothing but
 * what is said first while our filters stand: they are said before it and taken away after it.
 */
final class HalfMade {
  private static final Pattern FIRST =
      Pattern.compile("remote-as [0-9]{1,10}|shutdown|(no )?activate");

  private HalfMade() {}

  /** Tells whether a neighbor without our mark was made by us for a tunnel. */
  static boolean isOurs(RunningConfig running, String peer, Mark mark) {
    return !lines(running, peer, mark).isEmpty();
  }

  /** Returns all lines about it; none where there is no such neighbor. */
  static List<ConfigLine> lines(RunningConfig running, String peer, Mark mark) {
    if (running.bgpAs().isEmpty() || !running.neighbor(peer).filter(String::isEmpty).isPresent()) {
      return List.of();
    }
    String block = BgpLines.block(running.bgpAs().getAsLong());
    String neighbor = "neighbor " + peer + " ";
    List<ConfigLine> lines =
        running.lines().stream()
            .filter(line -> line.isIn(block))
            .filter(line -> positive(line.text()).startsWith(neighbor))
            .toList();
    boolean named =
        lines.stream().anyMatch(line -> Mark.in(line.text()).filter(mark::equals).isPresent());
    boolean begun =
        lines.stream().allMatch(line -> isFirst(line.text(), neighbor))
            && running.lines().stream()
                .anyMatch(line -> line.path().isEmpty() && line.text().contains(mark.in()));
    return named || begun ? lines : List.of();
  }

  private static boolean isFirst(String text, String neighbor) {
    return FIRST.matcher(positive(text).substring(neighbor.length())).matches();
  }

  private static String positive(String text) {
    return text.startsWith("no ") ? text.substring("no ".length()) : text;
  }
}

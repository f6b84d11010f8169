package org.culvert.routing.frr;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which lines of FRR's configuration belong to which tunnel. A line does by a name in it or in the
 * block around it, or because it is about a neighbor, a device or a prefix that another line binds
 * to a tunnel. All other lines are somebody else's.
 */
final class Owned {
  private static final Pattern NEIGHBOR = Pattern.compile("(?:no )?neighbor (\\S+) .*");
  private static final Pattern FILTER =
      Pattern.compile("ipv6 distribute-list prefix (\\S+) (?:in|out) (\\S+)");
  private static final Pattern OWN_PREFIX =
      Pattern.compile("ipv6 prefix-list \\S+-OWN seq [0-9]+ permit (\\S+)");
  private static final Pattern NETWORK = Pattern.compile("network (\\S+)");
  private static final Pattern ROUTE = Pattern.compile("route (\\S+)");
  private static final Pattern TAGGED = Pattern.compile("ipv6 route .* tag ([0-9]{1,10})( .*)?");

  private final Map<Mark, List<ConfigLine>> lines = new HashMap<>();
  private final Map<Long, List<ConfigLine>> tagged = new HashMap<>();
  private final Map<String, Mark> devices = new HashMap<>();
  private final Map<String, Mark> prefixes = new HashMap<>();

  private Owned() {}

  /** Sorts a configuration's lines. */
  static Owned in(RunningConfig running) {
    Owned owned = new Owned();
    running.lines().forEach(owned::bind);
    for (ConfigLine line : running.lines()) {
      owned
          .owner(line, running)
          .ifPresent(mark -> owned.lines.computeIfAbsent(mark, m -> new ArrayList<>()).add(line));
      Matcher tag = TAGGED.matcher(line.text());
      if (line.path().isEmpty() && tag.matches()) {
        owned
            .tagged
            .computeIfAbsent(Long.parseLong(tag.group(1)), t -> new ArrayList<>())
            .add(line);
      }
    }
    return owned;
  }

  /** Returns a tunnel's lines in FRR's order. */
  List<ConfigLine> of(Mark mark) {
    List<ConfigLine> all = new ArrayList<>(tagged.getOrDefault(mark.tag(), List.of()));
    all.addAll(lines.getOrDefault(mark, List.of()));
    return all;
  }

  /** Tells whether a block holds lines of another tunnel. */
  boolean isSharedBeside(Mark mark, String block) {
    return lines.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(mark))
        .anyMatch(entry -> entry.getValue().stream().anyMatch(line -> line.isIn(block)));
  }

  private void bind(ConfigLine line) {
    Matcher filter = FILTER.matcher(line.text());
    if (filter.matches()) {
      Mark.in(filter.group(1)).ifPresent(mark -> devices.put(filter.group(2), mark));
    }
    Matcher own = OWN_PREFIX.matcher(line.text());
    if (own.matches()) {
      Mark.in(line.text()).ifPresent(mark -> prefixes.put(own.group(1), mark));
    }
  }

  private Optional<Mark> owner(ConfigLine line, RunningConfig running) {
    String block = line.path().isEmpty() ? "" : line.path().get(0);
    Optional<Mark> named = Mark.in(line.text()).or(() -> Mark.in(block));
    if (named.isPresent()) {
      return named;
    }
    if (block.equals(RipngLines.BLOCK)) {
      return bound(NETWORK, line, devices).or(() -> bound(ROUTE, line, prefixes));
    }
    Matcher neighbor = NEIGHBOR.matcher(line.text());
    if (running.bgpAs().isPresent()
        && block.equals(BgpLines.block(running.bgpAs().getAsLong()))
        && neighbor.matches()) {
      return running.neighbor(neighbor.group(1)).flatMap(Mark::ofDescription);
    }
    return Optional.empty();
  }

  private static Optional<Mark> bound(Pattern pattern, ConfigLine line, Map<String, Mark> owners) {
    Matcher matcher = pattern.matcher(line.text());
    return matcher.matches() ? Optional.ofNullable(owners.get(matcher.group(1))) : Optional.empty();
  }
}

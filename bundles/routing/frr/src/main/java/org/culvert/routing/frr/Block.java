package org.culvert.routing.frr;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * FRR's block for a routing protocol, which tunnels and others share. Where this bundle made it, a
 * mark beside it says so, and it goes with the last tunnel unless somebody else put something in.
 *
 * @param line begins it
 * @param made the mark: a list of prefixes that nothing uses
 * @param common tells the lines that this bundle puts into a block of its making, for all tunnels
 */
record Block(String line, ConfigLine made, Predicate<String> common) {

  /** Returns the mark for a name. */
  static ConfigLine mark(String name) {
    return ConfigLine.top("ipv6 prefix-list " + Mark.PREFIX + name + " seq 5 deny any");
  }

  /** Tells whether this bundle made the block or has to. */
  boolean isOurs(RunningConfig running) {
    return !running.has(ConfigLine.top(line)) || running.has(made);
  }

  /**
   * Returns what goes with a tunnel's lines if the tunnel is the last.
   *
   * @param halfMade lines of the tunnel's that do not bear its mark yet
   */
  List<ConfigLine> leftover(
      RunningConfig running, Owned owned, Mark mark, List<ConfigLine> halfMade) {
    if (!running.has(made) || owned.isSharedBeside(mark, line)) {
      return List.of();
    }
    List<ConfigLine> gone = new ArrayList<>();
    List<ConfigLine> ofTunnel = owned.of(mark);
    boolean bare =
        running.lines().stream()
            .filter(other -> other.isIn(line) && !ofTunnel.contains(other))
            .filter(other -> !halfMade.contains(other))
            .filter(other -> !other.text().startsWith("address-family "))
            .allMatch(other -> common.test(other.text()));
    if (bare && running.has(ConfigLine.top(line))) {
      gone.add(ConfigLine.top(line));
    }
    gone.add(made);
    return gone;
  }
}

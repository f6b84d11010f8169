package org.culvert.endpoint;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that packets go round through a tunnel: the datapath ends each of them, but somebody
 * routes them here again and again. One line in the log tells of it, and the shell shows it until a
 * minute has passed without.
 *
 * <p>The tunnel goes on: whoever can send packets to it could else end it.
 *
 * <p>{@link #look} belongs to the endpoint's thread; any thread may ask for the lines.
 */
final class LoopAlarm {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.endpoint");

  /** Looks at the counters every so many times that it is called, once a second. */
  private static final int EVERY = 10;

  /** So many packets between two looks are no slip. */
  private static final long MANY = 100;

  /** After so many looks without any packet it is over. */
  private static final int CALM_LOOKS = 6;

  private final Map<String, Long> before = new HashMap<>();

  /** How long each alarm lasts yet, in looks without a packet. */
  private final Map<String, Integer> raised = new HashMap<>();

  private int calls;
  private volatile Map<String, String> lines = Map.of();

  /** Looks at what was dropped, now and then. */
  void look(Collection<Standing> standings, Function<String, TunnelCounters> counters) {
    if (calls++ % EVERY != 0) {
      return;
    }
    Map<String, String> now = new HashMap<>(lines);
    for (Standing standing : standings) {
      String id = standing.parameters().id();
      long count = counters.apply(id).drops().getOrDefault(DropReason.LOOP, 0L);
      long more = count - before.getOrDefault(id, count);
      before.put(id, count);
      if (more >= MANY || (more > 0 && raised.containsKey(id))) {
        if (raised.put(id, CALM_LOOKS) == null) {
          now.put(id, line(standing));
          LOG.warn("{} ({} in {} s)", now.get(id), more, EVERY);
        }
      } else if (raised.computeIfPresent(id, (same, looks) -> looks > 1 ? looks - 1 : null) == null
          && now.remove(id) != null) {
        LOG.info("Tunnel {}: packets do not go round any more", id);
      }
    }
    Set<String> ids =
        standings.stream().map(standing -> standing.parameters().id()).collect(Collectors.toSet());
    before.keySet().retainAll(ids);
    raised.keySet().retainAll(ids);
    now.keySet().retainAll(ids);
    lines = Map.copyOf(now);
  }

  private static String line(Standing standing) {
    String id = standing.parameters().id();
    return "tunnel "
        + id
        + ": packets go round through it and are dropped; find out who routes "
        + UserAddresses.text(standing.parameters().outer().remote().getAddress())
        + ", its other end, into another tunnel, or end it; type: culvert:tunnel-delete "
        + id;
  }

  /** Returns what is the matter now, a line for each tunnel. */
  List<String> lines() {
    return lines.values().stream().sorted().toList();
  }
}

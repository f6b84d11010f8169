package org.culvert.endpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each event in a tunnel's life, and none while nothing changes. What befalls
 * many tunnels at once for one reason is one event, also if each has a remedy of its own.
 */
final class TunnelLog {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.endpoint");

  /** So many tunnels of one event are named. */
  private static final int NAMED = 3;

  /** What is over needs none. */
  private static final Pattern REMEDY = Pattern.compile("; type: ");

  private static final String BUT = "up, but ";
  private static final String OVER = "up, and it is over that ";

  private TunnelLog() {}

  /** Something to tell; a warning if somebody has to do something about it. */
  record News(boolean warning, String line) {}

  /** Tells what has changed between two pictures. */
  static void changes(Map<String, Standing> before, Map<String, Standing> after) {
    for (News news : news(before, after)) {
      if (news.warning()) {
        LOG.warn("{}", news.line());
      } else {
        LOG.info("{}", news.line());
      }
    }
  }

  /** Returns what has changed between two pictures. */
  static List<News> news(Map<String, Standing> before, Map<String, Standing> after) {
    Map<Event, List<Standing>> events = new LinkedHashMap<>();
    for (Standing standing : after.values()) {
      Optional<Standing> earlier = Optional.ofNullable(before.get(standing.parameters().id()));
      if (!Optional.of(standing).equals(earlier)
          && !earlier.map(TunnelLog::line).equals(Optional.of(line(standing)))) {
        events
            .computeIfAbsent(Event.of(standing, earlier), event -> new ArrayList<>())
            .add(standing);
      }
    }
    List<News> news = new ArrayList<>();
    events.forEach((event, tunnels) -> news.add(new News(event.warning(), line(event, tunnels))));
    for (Standing earlier : before.values()) {
      String id = earlier.parameters().id();
      if (!after.containsKey(id)) {
        news.add(new News(false, "Tunnel " + id + " closed: it is not desired any more"));
      }
    }
    return news;
  }

  /**
   * What befell tunnels.
   *
   * @param alone the tunnel that has the event for itself; empty if others may share it
   */
  private record Event(boolean warning, String what, String alone) {
    static Event of(Standing now, Optional<Standing> earlier) {
      String obstacle = obstacle(now.state());
      if (!obstacle.isEmpty()) {
        return new Event(now.state() instanceof TunnelState.Failed, obstacle, "");
      }
      String over = earlier.map(Standing::state).map(TunnelLog::obstacle).orElse("");
      if (now.warning().isPresent()) {
        return new Event(true, BUT + REMEDY.split(now.warning().get(), 2)[0], "");
      }
      if (earlier.isPresent() && lostItsWarning(now, earlier.get())) {
        String warning = earlier.get().warning().orElse("");
        return new Event(false, OVER + REMEDY.split(warning, 2)[0], "");
      }
      return over.isEmpty()
          ? new Event(false, "up", now.parameters().id())
          : new Event(false, "up again, no longer " + REMEDY.split(over, 2)[0], "");
    }
  }

  private static boolean lostItsWarning(Standing now, Standing earlier) {
    return earlier.warning().isPresent()
        && earlier.state().equals(now.state())
        && earlier.parameters().equals(now.parameters());
  }

  private static String but(Standing standing) {
    return standing.warning().map(warning -> ", but " + warning).orElse("");
  }

  private static String line(Event event, List<Standing> tunnels) {
    if (tunnels.size() == 1) {
      return event.what().startsWith(OVER)
          ? "Tunnel " + tunnels.get(0).parameters().id() + " " + event.what()
          : line(tunnels.get(0));
    }
    String named =
        tunnels.stream()
            .limit(NAMED)
            .map(tunnel -> tunnel.parameters().id())
            .collect(Collectors.joining(", "));
    return tunnels.size()
        + " tunnels ("
        + named
        + (tunnels.size() > NAMED ? " and others) " : ") ")
        + (event.what().startsWith(BUT) ? "up" + but(tunnels.get(0)) : event.what());
  }

  static void silent(String id, Optional<Duration> silence) {
    if (silence.isPresent()) {
      LOG.info("Tunnel {}: its other end is silent for {} s", id, silence.get().toSeconds());
    } else {
      LOG.info("Tunnel {}: its other end is silent; no packet has ever come out of it", id);
    }
  }

  static void heard(String id) {
    LOG.info("Tunnel {}: its other end is heard", id);
  }

  static void heardAgain(String id) {
    LOG.info("Tunnel {}: its other end is heard again", id);
  }

  /** Tells that a path carries less than before, which is worth knowing. */
  static void lost(String id, int size) {
    LOG.info("Tunnel {}: its path does not carry {} octets any more", id, size);
  }

  /** Tells what a tunnel uses from now on, as its probes say. */
  static void mtu(String id, int before, int now) {
    LOG.debug("Tunnel {}: its MTU is {} now; it was {}", id, now, before);
  }

  /** Returns how a tunnel stands; what a change leaves out of it is no news. */
  static String line(Standing standing) {
    String obstacle = obstacle(standing.state());
    return "Tunnel "
        + standing.parameters().id()
        + (standing.state() instanceof TunnelState.Up up
            ? up(standing.parameters(), up) + but(standing)
            : " " + obstacle);
  }

  /** Says what keeps a tunnel from being up; nothing if it is up. */
  private static String obstacle(TunnelState state) {
    if (state instanceof TunnelState.Suspended suspended) {
      return "suspended: " + suspended.reason();
    }
    return state instanceof TunnelState.Failed failed ? "failed: " + failed.reason() : "";
  }

  private static String up(TunnelParameters tunnel, TunnelState.Up up) {
    return " up: "
        + tunnel.type()
        + ", inner "
        + IpAddresses.text(tunnel.localAddress())
        + " to "
        + IpAddresses.text(tunnel.remoteAddress())
        + ", outer "
        + IpAddresses.text(tunnel.outer().local())
        + " to "
        + UserAddresses.text(tunnel.outer().remote())
        + ", by "
        + up.datapath()
        + " on "
        + up.device();
  }
}

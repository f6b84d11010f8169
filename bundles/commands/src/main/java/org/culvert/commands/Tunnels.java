package org.culvert.commands;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.broker.BrokerAdministration.BrokeredTunnel;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;

/** Turns tunnels into named values. */
final class Tunnels {
  /** Enough of an id to tell a few thousand apart at sight. */
  static final int SHORT_ID = 8;

  /** As many as one looks through at a glance. */
  private static final int MOST_REASONS = 10;

  /** What to type stands behind it. */
  private static final String REMEDY = "; type: ";

  private static final String PACKETS_IN = "packets in";
  private static final String OCTETS_IN = "octets in";
  private static final String PACKETS_OUT = "packets out";
  private static final String OCTETS_OUT = "octets out";

  private Tunnels() {}

  /** Returns what a list has of a tunnel; the table shows some of it. */
  static Map<String, Object> row(BrokeredTunnel tunnel, Instant now) {
    Lease lease = tunnel.lease();
    Optional<Duration> seen = tunnel.status().flatMap(TunnelStatus::seen);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", lease.id());
    row.put("type", lease.type().name());
    row.put("state", state(tunnel));
    row.put("idle", tunnel.status().flatMap(TunnelStatus::silence));
    row.put("last seen", seen.map(time -> now.minus(time).truncatedTo(ChronoUnit.SECONDS)));
    row.put("user", lease.owner());
    row.put("address", IpAddresses.text(lease.clientAddress()));
    row.put("prefix", lease.prefix().map(IpPrefix::toString).orElse(""));
    row.put("local", text(lease.outer().local()));
    row.put("remote", text(lease.outer().remote()));
    carrier(row, tunnel.status().map(TunnelStatus::state));
    tunnel.status().ifPresentOrElse(status -> counters(row, status), () -> nothingCounted(row));
    return row;
  }

  /**
   * Says what keeps tunnels from being up and how many of them, a line for each reason, the most
   * frequent first. A lost address may have a hundred thousand tunnels. What differs in the command
   * to type alone is one reason, with the first one's command.
   */
  static List<String> obstacles(Collection<BrokeredTunnel> tunnels) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    Map<String, String> first = new HashMap<>();
    for (BrokeredTunnel tunnel : tunnels) {
      String reason = tunnel.status().map(Tunnels::reason).orElse("");
      if (!reason.isEmpty()) {
        String line = state(tunnel) + ": " + reason;
        String cause = line.split(REMEDY, 2)[0];
        counts.merge(cause, 1, Integer::sum);
        first.putIfAbsent(cause, line);
      }
    }
    List<String> lines = new ArrayList<>();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(MOST_REASONS)
        .forEach(
            entry ->
                lines.add(
                    (entry.getValue() == 1 ? "1 tunnel " : entry.getValue() + " tunnels ")
                        + first.get(entry.getKey())));
    if (counts.size() > MOST_REASONS) {
      lines.add(
          (counts.size() - MOST_REASONS) + " more reasons; culvert:tunnel ID tells a tunnel's");
    }
    return lines;
  }

  static Map<String, Object> detail(BrokeredTunnel tunnel, Instant now) {
    Lease lease = tunnel.lease();
    Map<String, Object> row = row(tunnel, now);
    row.put("lease", lease.state().name().toLowerCase(Locale.ROOT));
    row.put("expires", Duration.between(now, lease.expires()));
    row.put("since", lease.created().toString());
    row.put("keepalive", lease.keepAlive());
    row.put("server", IpAddresses.text(lease.serverAddress()));
    row.put("claimed", IpAddresses.text(lease.claimedAddress()));
    return row;
  }

  /** Adds what carries a tunnel. Scripts find these keys in every state. */
  static void carrier(Map<String, Object> row, Optional<TunnelState> state) {
    Optional<TunnelState.Up> up =
        state.filter(TunnelState.Up.class::isInstance).map(TunnelState.Up.class::cast);
    row.put("datapath", up.map(TunnelState.Up::datapath).orElse(""));
    row.put("device", up.map(TunnelState.Up::device).orElse(""));
  }

  private static void obstacle(Map<String, Object> row, TunnelStatus status) {
    String reason = reason(status);
    if (!reason.isEmpty()) {
      row.put("reason", reason);
    }
  }

  /** Adds a tunnel's reason and counters. */
  static void counters(Map<String, Object> row, TunnelStatus status) {
    obstacle(row, status);
    if (status.state() instanceof TunnelState.Up) {
      row.put("mtu", status.mtu());
    }
    TunnelCounters counters = status.counters();
    row.put(PACKETS_IN, counters.receivedPackets());
    row.put(OCTETS_IN, counters.receivedOctets());
    row.put(PACKETS_OUT, counters.sentPackets());
    row.put(OCTETS_OUT, counters.sentOctets());
    for (DropReason drop : DropReason.values()) {
      Long count = counters.drops().get(drop);
      if (count != null) {
        row.put("dropped: " + drop.label(), count);
      }
    }
  }

  private static void nothingCounted(Map<String, Object> row) {
    for (String counter : new String[] {PACKETS_IN, OCTETS_IN, PACKETS_OUT, OCTETS_OUT}) {
      row.put(counter, Optional.empty());
    }
  }

  /** Tells how a tunnel stands; what is up but was not seen to work is told apart. */
  static String state(TunnelStatus status) {
    TunnelState state = status.state();
    if (state instanceof TunnelState.Up) {
      return "up" + doubt(status);
    }
    return state instanceof TunnelState.Suspended ? "suspended" : "failed";
  }

  /** Says what speaks against a tunnel that is up. */
  static String doubt(TunnelStatus status) {
    String end =
        switch (status.otherEnd()) {
          case AWAITED -> ", nothing received yet";
          case SILENT -> ", silent";
          case HEARD -> "";
        };
    return end + (status.warning().isPresent() ? ", hindered" : "");
  }

  static String text(InetSocketAddress address) {
    return IpAddresses.text(address);
  }

  /** A tunnel that is desired stands somehow; any other is where its lease is. */
  private static String state(BrokeredTunnel tunnel) {
    return tunnel
        .status()
        .map(Tunnels::state)
        .orElse(tunnel.lease().state().name().toLowerCase(Locale.ROOT));
  }

  private static String reason(TunnelStatus status) {
    TunnelState state = status.state();
    if (state instanceof TunnelState.Up) {
      return status.warning().orElse("");
    }
    if (state instanceof TunnelState.Suspended suspended) {
      return suspended.reason();
    }
    return state instanceof TunnelState.Failed failed ? failed.reason() : "";
  }
}

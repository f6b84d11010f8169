package org.culvert.endpoint;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.netdev.HostSetting;

/**
 * What the operator decides about the host around the tunnels.
 *
 * @param allowed the host's own settings that may be changed
 * @param sourceRules whether packets from a tunnel's addresses always leave through the tunnel
 * @param table the routing table for them
 * @param priority the priority of the first of two rules for them
 * @param closed the interfaces by which IPv4 for tunnels is not to come in
 * @param reach what tunnels may reach of the host and of one another; empty: nobody sees to that,
 *     as at a client
 */
record HostSettings(
    Set<HostSetting> allowed,
    boolean sourceRules,
    int table,
    int priority,
    Set<String> closed,
    Optional<Reach> reach) {
  static final int TABLE = 5572;
  static final int PRIORITY = 5572;

  private static final Map<String, HostSetting> WORDS =
      Map.of(
          "forwarding", HostSetting.FORWARDING,
          "neighbors", HostSetting.NEIGHBOR_PROXY,
          "reversePath", HostSetting.REVERSE_PATH);

  /** What the kernel takes for a name. */
  private static final Pattern INTERFACE = Pattern.compile("[^\\s/]{1,15}");

  /** The tables of the kernel's own are 253 to 255, and so are those that others seldom use. */
  private static final int SMALLEST_TABLE = 256;

  /** The main table is looked at with priority 32766. */
  private static final int LARGEST_PRIORITY = 32_764;

  /** Copies the sets. */
  HostSettings {
    allowed = Set.copyOf(allowed);
    closed = Set.copyOf(closed);
  }

  /** Reads settings without source rules. */
  static HostSettings from(String pid, String hostSettings, String closedInterfaces) {
    return new HostSettings(
        allowed(pid, hostSettings),
        false,
        TABLE,
        PRIORITY,
        closed(pid, closedInterfaces),
        Optional.empty());
  }

  /** Takes over what tunnels may reach of the host and of one another. */
  HostSettings withReach(Reach now) {
    return new HostSettings(allowed, sourceRules, table, priority, closed, Optional.of(now));
  }

  /** Takes over how packets are routed by their source. */
  HostSettings withSourceRules(String pid, boolean sourceRules, int table, int priority) {
    if (table < SMALLEST_TABLE) {
      throw new InvalidConfigurationException(
          pid, "sourceTable", table, "write a number of at least " + SMALLEST_TABLE);
    }
    if (priority < 1 || priority > LARGEST_PRIORITY) {
      throw new InvalidConfigurationException(
          pid,
          "sourcePriority",
          priority,
          "write a number from 1 to " + LARGEST_PRIORITY + ", before the main table's 32766");
    }
    return new HostSettings(allowed, sourceRules, table, priority, closed, reach);
  }

  private static Set<String> closed(String pid, String text) {
    Set<String> closed = new HashSet<>();
    for (String name : text.split(",", -1)) {
      if (INTERFACE.matcher(name.strip()).matches()) {
        closed.add(name.strip());
      } else if (!name.isBlank()) {
        throw new InvalidConfigurationException(
            pid,
            "closedInterfaces",
            text,
            "write nothing, or names of interfaces, separated by commas: eth1, eth2");
      }
    }
    return closed;
  }

  private static Set<HostSetting> allowed(String pid, String text) {
    Set<HostSetting> allowed = EnumSet.noneOf(HostSetting.class);
    for (String word : text.split(",", -1)) {
      HostSetting setting = WORDS.get(word.strip());
      if (setting != null) {
        allowed.add(setting);
      } else if (!word.isBlank()) {
        throw new InvalidConfigurationException(
            pid,
            "hostSettings",
            text,
            "write nothing, or some of forwarding, neighbors, reversePath, separated by commas");
      }
    }
    return allowed;
  }
}

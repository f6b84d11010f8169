package org.culvert.endpoint;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.netdev.HostSetting;

/**
 * What the operator decides about the host around the tunnels.
 *
 * @param allowed the host's own settings that may be changed
 * @param sourceRules whether packets from a tunnel's addresses always leave through the tunnel
 * @param table the routing table for them
 * @param priority the priority of the first of two rules for them
 */
record HostSettings(Set<HostSetting> allowed, boolean sourceRules, int table, int priority) {
  static final int TABLE = 5572;
  static final int PRIORITY = 5572;

  private static final Map<String, HostSetting> WORDS =
      Map.of(
          "forwarding", HostSetting.FORWARDING,
          "neighbors", HostSetting.NEIGHBOR_PROXY,
          "reversePath", HostSetting.REVERSE_PATH);

  /** The tables of the kernel's own are 253 to 255, and so are those that others seldom use. */
  private static final int SMALLEST_TABLE = 256;

  /** The main table is looked at with priority 32766. */
  private static final int LARGEST_PRIORITY = 32_764;

  /** Copies the set. */
  HostSettings {
    allowed = Set.copyOf(allowed);
  }

  /** Reads settings without source rules. */
  static HostSettings from(String pid, String hostSettings) {
    return new HostSettings(allowed(pid, hostSettings), false, TABLE, PRIORITY);
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
    return new HostSettings(allowed, sourceRules, table, priority);
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

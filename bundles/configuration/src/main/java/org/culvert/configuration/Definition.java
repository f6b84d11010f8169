package org.culvert.configuration;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a configuration may hold, by all the components that read it.
 *
 * @param pid its name; the file is {@code etc/PID.cfg}, or {@code etc/PID-NAME.cfg} of several
 * @param several whether there may be several of it
 * @param settings its keys
 */
record Definition(String pid, boolean several, Map<String, Setting> settings) {
  Definition {
    settings = Map.copyOf(settings);
  }

  /** Returns what this and another component that reads the same configuration understand. */
  Definition and(Definition other) {
    Map<String, Setting> all = new TreeMap<>(other.settings);
    all.putAll(settings);
    return new Definition(pid, several || other.several, all);
  }
}

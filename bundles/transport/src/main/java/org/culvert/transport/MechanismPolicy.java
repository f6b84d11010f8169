package org.culvert.transport;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.culvert.api.account.SaslProperties;
import org.jspecify.annotations.Nullable;

/**
 * Which SASL mechanisms a transport offers, out of those that are installed.
 *
 * @param any whether those not named are offered
 * @param named offered, where {@code any} is false; withheld, where it is true
 */
record MechanismPolicy(boolean any, Set<String> named) {

  /** Copies the set. */
  MechanismPolicy {
    named = Set.copyOf(named);
  }

  /**
   * Reads names, {@code *} for all, and {@code !NAME} for all but.
   *
   * @throws IllegalArgumentException if an entry is not the name of a SASL mechanism
   */
  static MechanismPolicy parse(List<String> entries) {
    boolean any = entries.contains("*");
    Set<String> allowed = new HashSet<>();
    Set<String> withheld = new HashSet<>();
    for (String entry : entries) {
      if (entry.equals("*")) {
        continue;
      }
      boolean not = entry.startsWith("!");
      String name = (not ? entry.substring(1) : entry).toUpperCase(Locale.ROOT);
      if (!name.matches("[A-Z0-9_-]{1,20}")) {
        throw new IllegalArgumentException("not the name of a SASL mechanism: \"" + entry + "\"");
      }
      (not ? withheld : allowed).add(name);
    }
    if (any) {
      return new MechanismPolicy(true, withheld);
    }
    allowed.removeAll(withheld);
    return new MechanismPolicy(false, allowed);
  }

  /** Tells whether a mechanism is offered; its name is in upper case. */
  boolean allows(String mechanism) {
    return any != named.contains(mechanism);
  }

  /**
   * Picks from the installed factories those allowed here, the strongest first. Of two with one
   * name the higher-ranking is taken.
   *
   * @param installed factories with their service properties, by ascending ranking
   * @param make makes what is wanted of a name and a factory
   */
  <F, T> List<T> select(
      List<Map.Entry<Map<String, Object>, F>> installed, BiFunction<String, F, T> make) {
    // Names of one strength, such as those not known, in the order of their ranking.
    Map<String, T> offered = new LinkedHashMap<>();
    for (int i = installed.size() - 1; i >= 0; i--) {
      Map.Entry<Map<String, Object>, F> entry = installed.get(i);
      for (String name : names(entry.getKey().get(SaslProperties.MECHANISM))) {
        if (allows(name)) {
          offered.putIfAbsent(name, make.apply(name, entry.getValue()));
        }
      }
    }
    return offered.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Strength.DESCENDING))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** A property may hold one name or several; a service without it offers nothing. */
  private static List<String> names(@Nullable Object property) {
    List<String> names = new ArrayList<>();
    if (property instanceof String name) {
      names.add(name.toUpperCase(Locale.ROOT));
    } else if (property instanceof String[] several) {
      for (String name : several) {
        names.add(name.toUpperCase(Locale.ROOT));
      }
    }
    return names;
  }
}

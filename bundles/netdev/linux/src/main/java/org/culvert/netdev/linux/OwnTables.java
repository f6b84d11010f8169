package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.netdev.SourceRoute;

/**
 * Gives each process a routing table of its own for packets that leave by their source: of two
 * clients on one host, which name the same table, the second uses the next one that is free, so
 * that neither sends packets into the other's tunnel or takes back its rules.
 *
 * <p>For one thread at a time. Whoever makes one closes it.
 */
final class OwnTables implements AutoCloseable {
  /** How many numbers are tried, from the one that is named on. */
  private static final int TRIED = 64;

  private final Claims claims = new Claims();

  /** The number that is used, by the one that is named. */
  private final Map<Integer, Integer> numbers = new HashMap<>();

  /** Returns the same routes, by tables that are this process's; none that has no table. */
  Set<SourceRoute> own(Set<SourceRoute> wanted, Findings findings) throws IOException {
    Set<Integer> named = wanted.stream().map(SourceRoute::table).collect(Collectors.toSet());
    numbers.keySet().retainAll(named);
    claims.keep(numbers.values().stream().map(OwnTables::name).collect(Collectors.toSet()));
    for (Integer table : named) {
      if (!numbers.containsKey(table)) {
        take(table, findings);
      }
    }
    Set<SourceRoute> routes = new HashSet<>();
    for (SourceRoute route : wanted) {
      Integer number = numbers.get(route.table());
      if (number != null) {
        routes.add(new SourceRoute(route.source(), route.device(), number, route.priority()));
      }
    }
    return routes;
  }

  private void take(int table, Findings findings) throws IOException {
    for (int number = table; number < table + TRIED; number++) {
      if (!numbers.containsValue(number) && claims.take(name(number))) {
        numbers.put(table, number);
        return;
      }
    }
    findings.missing(
        "packets from the tunnel's addresses may leave by another interface: the routing tables "
            + table
            + " to "
            + (table + TRIED - 1)
            + " belong to other clients on this host; write another number as sourceTable");
  }

  /** Tells whether another process that lives has this table. */
  boolean isOthers(int table) throws IOException {
    return claims.isOthers(name(table));
  }

  private static String name(int table) {
    return "routing table " + Integer.toUnsignedString(table);
  }

  @Override
  public void close() {
    numbers.clear();
    claims.close();
  }
}

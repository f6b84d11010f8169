package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.netdev.linux.FilterTable.Count;

/** One owner's packet filter, and the way from there to another. Confined to its owner's lock. */
final class TunnelFilter {
  private final String table;
  private final FilterRules rules;
  private final Nft nft;

  /** What the kernel was told last, by device. */
  private Map<String, List<String>> installed = Map.of();

  /** What stands in sets beside. */
  private Set<String> elements = Set.of();

  /** What was counted last, to go on from if another program removes the table. */
  private Map<String, Count> seen = Map.of();

  /** An earlier process's table may have been made by other rules than these. */
  private boolean begun;

  TunnelFilter(String owner, Nft nft) {
    this.table = FilterTable.of(owner);
    this.rules = new FilterRules(table);
    this.nft = nft;
  }

  /**
   * Filters for exactly these devices, in one step; what stays as it is keeps its counters.
   *
   * @throws IOException if the kernel refuses; then what it was told last still holds
   */
  void apply(Collection<TunnelDevice> devices) throws IOException {
    Map<String, List<String>> wanted = new HashMap<>();
    Set<String> members = new HashSet<>();
    for (TunnelDevice device : devices) {
      wanted.put(device.name(), rules.of(device));
      members.addAll(ReportRules.elements(device));
    }
    Map<String, Count> counts = counters();
    StringBuilder text = new StringBuilder();
    if (stands(counts)) {
      installed.forEach(
          (name, chains) -> {
            if (!wanted.containsKey(name)) {
              text.append(rules.remove(name));
            }
          });
      wanted.forEach(
          (name, chains) -> {
            List<String> earlier = installed.get(name);
            if (earlier == null) {
              text.append(rules.add(name, chains, Map.of()));
            } else if (!earlier.equals(chains)) {
              text.append(rules.change(name, chains));
            }
          });
    } else {
      // Until it is made anew nothing can be relied on, whatever the kernel was told before.
      installed = Map.of();
      elements = Set.of();
      begun = false;
      Map<String, Count> from = new HashMap<>(seen);
      from.putAll(counts);
      text.append(rules.begin(from));
      wanted.forEach((name, chains) -> text.append(rules.add(name, chains, from)));
    }
    text.append(rules.elements(elements, members));
    if (text.length() > 0) {
      nft.change(text.toString());
    }
    installed = Map.copyOf(wanted);
    elements = Set.copyOf(members);
    begun = true;
  }

  /** Tells whether a device's packets are filtered just as they should be. */
  boolean guards(TunnelDevice device) {
    return rules.of(device).equals(installed.get(device.name()));
  }

  /** Tells whether what we told the kernel is still there, as far as its counters show. */
  boolean stands(Map<String, Count> counts) {
    return begun
        && counts.containsKey(FilterRules.STRANGERS)
        && installed.keySet().stream()
            .allMatch(name -> counts.containsKey(FilterCheck.IN_SOURCE.counter(name)))
        && counts.size() == 1 + FilterCheck.values().length * installed.size();
  }

  Map<String, Count> counters() throws IOException {
    Map<String, Count> counts = FilterTable.counters(table);
    if (stands(counts)) {
      seen = counts;
    }
    return counts;
  }

  /**
   * Takes note that another program has changed the table: the next {@link #apply} makes it anew.
   */
  void distrust() {
    begun = false;
  }

  void remove() throws IOException {
    nft.change(rules.end());
    seen = Map.of();
    installed = Map.of();
    elements = Set.of();
    begun = false;
  }
}

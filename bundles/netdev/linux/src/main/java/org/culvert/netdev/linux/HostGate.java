package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.netdev.HostGuard;
import org.culvert.api.netdev.NetworkDevices.Watch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.netdev.linux.FilterTable.Count;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the packet filter that guards a host from its server's tunnels, and tunnels from one
 * another. What another program changes or flushes is made anew at the next look.
 *
 * <p>For one thread at a time, but for what is heard of the filter. Whoever makes one closes it;
 * the filter stays, for tunnels of the kernel's do.
 */
final class HostGate implements AutoCloseable {
  private final Optional<Nft> nft = Nft.find();

  /** What stands; empty before the first. */
  private Optional<HostGuard> standing = Optional.empty();

  /** What was counted last, to go on from. */
  private Map<String, Count> seen = Map.of();

  private @Nullable Watch watch;

  /** Written by the thread that hears of the filter as well. */
  private volatile boolean doubtful = true;

  private volatile String table = "";

  /** The tables of this process, beside those of others that live. */
  private final Claims claims = new Claims();

  /** Our table when those of other devices were removed; empty before that. */
  private String cleared = "";

  private GroupRules groups = new GroupRules("");

  /** Lets the host be guarded so. */
  void keep(HostGuard wanted, Findings findings) {
    if (wanted.open() && !wanted.isolates()) {
      filter(wanted, findings);
      return;
    }
    HostGuard known;
    try {
      known = OwnDevices.known(wanted, findings);
    } catch (IOException e) {
      findings.missing("the filter of tunnels is as it was: " + e.getMessage());
      return;
    }
    filter(known, findings);
  }

  private void filter(HostGuard guard, Findings findings) {
    boolean nothing = guard.open() && !guard.isolates() && standing.isEmpty();
    if (nothing && !doubtful) {
      return;
    }
    try {
      if (nothing) {
        removeOthers(GuardRules.table(guard));
        removeEarlier(GuardRules.table(guard));
        return;
      }
      if (nft.isEmpty()) {
        throw new IOException("nft is not installed (package nftables)");
      }
      table = GuardRules.table(guard);
      removeOthers(table);
      listen();
      Map<String, Count> counts = FilterTable.counters(table);
      boolean there = counts.keySet().containsAll(Set.of(GuardRules.CLOSED, GuardRules.ISOLATED));
      if (there) {
        seen = counts;
      }
      if (!there || doubtful || !standing.equals(Optional.of(guard))) {
        boolean lost = standing.equals(Optional.of(guard)) || standing.isEmpty();
        boolean anew =
            !there || doubtful || standing.filter(before -> isLike(before, guard)).isEmpty();
        doubtful = false;
        change(guard, anew, nft.get());
        standing = Optional.of(guard);
        if (lost) {
          findings.changed(
              "what tunnels may reach of this host and of each other is filtered: nft list table"
                  + " inet "
                  + table);
        }
      }
      findings.drops(drops());
    } catch (IOException e) {
      doubtful = true;
      findings.missing(
          "tunnels may reach "
              + (guard.open() ? "" : "every service of this host")
              + (guard.open() || !guard.isolates() ? "" : " and ")
              + (guard.isolates() ? "each other" : "")
              + ", for there is no filter: "
              + e.getMessage());
    }
  }

  /** What another process left may close what is open now. */
  private void removeEarlier(String left) throws IOException {
    if (!FilterTable.counters(left).isEmpty() && nft.isPresent()) {
      nft.get().change("delete table inet " + left + "\n");
    }
    doubtful = false;
  }

  /** What was made for a device of another name, by this process or one that ended. */
  private void removeOthers(String own) throws IOException {
    if (own.equals(cleared) || nft.isEmpty()) {
      return;
    }
    claims.keep(Set.of(mark(own)));
    for (String left : FilterTable.having(GuardRules.CLOSED)) {
      if (GuardRules.isTable(left) && !left.equals(own) && !claims.isOthers(mark(left))) {
        nft.get().change("delete table inet " + left + "\n");
      }
    }
    cleared = own;
  }

  private static String mark(String table) {
    return "table " + table;
  }

  /** Tells whether the tables of two guards differ in what is in their sets and chains only. */
  private static boolean isLike(HostGuard one, HostGuard other) {
    return one.open() == other.open()
        && one.isolates() == other.isolates()
        && one.groups().isPresent() == other.groups().isPresent();
  }

  /** An untouched table is changed where it differs: many tunnels' groups may be in it. */
  private void change(HostGuard guard, boolean anew, Nft program) throws IOException {
    Optional<HostGuard> before = standing;
    if (anew) {
      program.change(GuardRules.of(guard, seen));
      groups = new GroupRules(table);
    } else if (before.filter(one -> one.grouped(guard.groups()).equals(guard)).isEmpty()) {
      program.change(GuardRules.again(guard));
    }
    if (guard.groups().isPresent()) {
      for (String step : groups.change(guard.groups().get())) {
        program.change(step);
      }
    }
  }

  private Map<DropReason, Long> drops() {
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    put(drops, DropReason.CLOSED_HOST, GuardRules.CLOSED);
    put(drops, DropReason.ISOLATED, GuardRules.ISOLATED);
    return drops;
  }

  private void put(Map<DropReason, Long> drops, DropReason reason, String counter) {
    long packets = seen.getOrDefault(counter, Count.ZERO).packets();
    if (packets > 0) {
      drops.put(reason, packets);
    }
  }

  /** Our own changes are told, too; a process of ours is known by its id. */
  private void listen() throws IOException {
    if (watch == null) {
      watch =
          LinuxFilterWatch.begin(
              new LinuxFilterWatch.Reader() {
                @Override
                public void table(String changed, boolean gone, int by) {
                  if (changed.equals(table) && nft.filter(own -> own.was(by)).isEmpty()) {
                    doubtful = true;
                  }
                }

                @Override
                public void missed() {
                  doubtful = true;
                }
              });
    }
  }

  @Override
  public void close() {
    claims.close();
    cleared = "";
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}

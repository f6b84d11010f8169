package org.culvert.broker;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseStoreException;

/*
 * Stages: what the broker knows → what the store has → what the broker knows then → both compared
 *         → what the tunnel server says of the operating system
 */
/**
 * Compares the lease store, the pools, the tunnels and the operating system.
 *
 * <p>The broker goes on meanwhile, so the store is compared only as to leases that did not change
 * between two looks at the book.
 */
final class Verification {
  private static final int MOST_LINES = 1000;
  private static final String MEANWHILE =
      "; tunnels stand meanwhile, and what should end is ended when it works again";
  private static final long PATIENCE_SECONDS = 8;

  private final Settings settings;
  private final LeaseStore store;
  private final TunnelServer server;
  private final Supplier<CompletionStage<Violations.Book>> book;
  private final Supplier<List<InetAddress>> own;
  private final Executor asking;

  /**
   * @param book takes a copy of the book on the broker's thread
   * @param own finds the addresses by which this machine speaks to the world
   * @param asking where the store is read and all is compared
   */
  Verification(
      Settings settings,
      LeaseStore store,
      TunnelServer server,
      Supplier<CompletionStage<Violations.Book>> book,
      Supplier<List<InetAddress>> own,
      Executor asking) {
    this.settings = settings;
    this.store = store;
    this.server = server;
    this.book = book;
    this.own = own;
    this.asking = asking;
  }

  CompletionStage<List<String>> run() {
    return book.get()
        .thenComposeAsync(
            before -> {
              Stored stored = stored();
              return book.get().thenApplyAsync(now -> compared(before, stored, now), asking);
            },
            asking)
        .thenCombine(ofServer(), Verification::together);
  }

  /** What could be read, or why nothing could; and why nothing can be written. */
  private record Stored(List<Lease> leases, Optional<String> failure, Optional<String> obstacle) {
    static Stored read(LeaseStore store) {
      List<Lease> leases = store.load();
      Optional<String> obstacle = store.obstacle().map(why -> why + MEANWHILE);
      return new Stored(leases, Optional.empty(), obstacle.or(store::shortage));
    }
  }

  private Stored stored() {
    try {
      return Stored.read(store);
    } catch (LeaseStoreException e) {
      return new Stored(List.of(), Optional.of("lease store: " + e.getMessage()), Optional.empty());
    }
  }

  private List<String> compared(Violations.Book before, Stored stored, Violations.Book now) {
    Violations violations = new Violations(settings);
    violations.own(own.get());
    violations.among(now.leases());
    violations.held(now);
    Map<String, Lease> earlier = before.byId();
    List<Lease> steady =
        now.leases().stream().filter(lease -> lease.equals(earlier.get(lease.id()))).toList();
    violations.tunnels(steady, server.tunnels());
    violations.waiting(now.leases(), now.refused());
    if (stored.failure().isPresent()) {
      violations.lines().add(stored.failure().get());
      return violations.lines();
    }
    stored.obstacle().map(why -> "lease store: " + why).ifPresent(violations.lines()::add);
    Map<String, Lease> left = new HashMap<>();
    stored.leases().forEach(lease -> left.put(lease.id(), lease));
    for (Lease lease : steady) {
      violations.stored(lease, Optional.ofNullable(left.get(lease.id())));
    }
    left.keySet().removeAll(earlier.keySet());
    left.keySet().removeAll(now.byId().keySet());
    left.values().forEach(violations::unknown);
    return violations.lines();
  }

  private CompletionStage<List<String>> ofServer() {
    CompletableFuture<List<String>> answer = new CompletableFuture<>();
    server
        .verify()
        .whenComplete(
            (lines, failure) -> {
              if (failure == null) {
                answer.complete(lines);
              } else {
                answer.completeExceptionally(failure);
              }
            });
    return answer
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(
            failure -> List.of("tunnel server did not verify: " + Ledger.causeOf(failure)));
  }

  private static List<String> together(List<String> ours, List<String> ofServer) {
    List<String> all = new ArrayList<>(ours);
    all.addAll(ofServer);
    if (all.size() <= MOST_LINES) {
      return List.copyOf(all);
    }
    List<String> some = new ArrayList<>(all.subList(0, MOST_LINES));
    some.add("and " + (all.size() - MOST_LINES) + " more");
    return List.copyOf(some);
  }
}

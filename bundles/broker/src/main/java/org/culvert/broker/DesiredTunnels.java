package org.culvert.broker;

import java.net.InetAddress;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tunnels that shall stand, told to the tunnel server whole.
 *
 * <p>While the server is busy with one set, changes gather; then it gets them all at once. For the
 * broker's thread.
 */
final class DesiredTunnels {
  private static final Logger LOG = LoggerFactory.getLogger(DesiredTunnels.class);

  private final TunnelServer server;
  private final Executor thread;
  private final Map<String, TunnelParameters> tunnels = new LinkedHashMap<>();
  private boolean busy;
  private @Nullable CompletableFuture<Void> next;

  DesiredTunnels(TunnelServer server, Executor thread) {
    this.server = server;
    this.thread = thread;
  }

  /** Tells the server what tunnels' addresses and prefixes come from, and whom clients may ask. */
  void serve(Set<IpPrefix> pools, Set<InetAddress> resolvers) {
    CompletionStage<Void> served;
    try {
      served = server.serve(pools, resolvers);
    } catch (RuntimeException e) {
      served = CompletableFuture.failedFuture(e);
    }
    served.whenComplete(
        (nothing, failure) -> {
          if (failure != null) {
            LOG.warn(
                "The tunnel server does not know the pools, and packets to unused parts of them may"
                    + " go in circles: {}",
                Ledger.causeOf(failure).getMessage());
          }
        });
  }

  void put(TunnelParameters tunnel) {
    tunnels.put(tunnel.id(), tunnel);
  }

  void remove(String id) {
    tunnels.remove(id);
  }

  /** Forgets all and takes these instead. */
  void reset(Collection<TunnelParameters> all) {
    tunnels.clear();
    all.forEach(this::put);
  }

  Optional<TunnelParameters> get(String id) {
    return Optional.ofNullable(tunnels.get(id));
  }

  /** Completes when the server has done what is desired now. */
  CompletionStage<Void> apply() {
    CompletableFuture<Void> mine = next;
    if (mine == null) {
      mine = new CompletableFuture<>();
      next = mine;
    }
    if (!busy) {
      tell();
    }
    return mine;
  }

  private void tell() {
    CompletableFuture<Void> current = next;
    if (current == null) {
      return;
    }
    next = null;
    busy = true;
    CompletionStage<Void> applied;
    try {
      applied = server.apply(List.copyOf(tunnels.values()));
    } catch (RuntimeException e) {
      applied = CompletableFuture.failedFuture(e);
    }
    applied.whenCompleteAsync(
        (nothing, failure) -> {
          busy = false;
          if (failure == null) {
            current.complete(null);
          } else {
            current.completeExceptionally(failure);
          }
          tell();
        },
        thread);
  }
}

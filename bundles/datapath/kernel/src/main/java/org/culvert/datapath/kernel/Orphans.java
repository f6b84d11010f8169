package org.culvert.datapath.kernel;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.culvert.api.netdev.TunnelDevices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the tunnel devices of an earlier run whose owner does not come back: an endpoint that was
 * given another name, another datapath, or no tunnel to carry.
 *
 * <p>It looks once, after the grace; then its thread ends.
 */
final class Orphans implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

  private final TunnelDevices devices;
  private final ScheduledExecutorService executor;

  /** Guarded by this object's lock, as is the removal: nobody claims what is just being removed. */
  private final Set<String> claimed = new HashSet<>();

  /** Takes over the executor. */
  Orphans(TunnelDevices devices, Duration grace, ScheduledExecutorService executor) {
    this.devices = devices;
    this.executor = executor;
    executor.schedule(this::remove, grace.toMillis(), TimeUnit.MILLISECONDS);
  }

  synchronized void claimed(String owner) {
    claimed.add(owner);
  }

  synchronized void released(String owner) {
    claimed.remove(owner);
  }

  private synchronized void remove() {
    try {
      for (String owner : devices.owners()) {
        if (!claimed.contains(owner)) {
          devices.claim(owner).close();
          LOG.info("Removed the tunnel devices that an earlier run left for {}", owner);
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("Tunnel devices of an earlier run cannot be removed: {}", e.getMessage());
    }
    executor.shutdown();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

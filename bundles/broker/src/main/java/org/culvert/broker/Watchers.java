package org.culvert.broker;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseWatcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whoever wants to know what becomes of leases. They come and go on any thread, and are told on the
 * broker's.
 */
final class Watchers {
  private static final Logger LOG = LoggerFactory.getLogger(Watchers.class);

  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

  /** A watcher; the flags are the broker thread's. */
  private static final class Watcher {
    final LeaseWatcher told;

    /** Whether it knows the leases that changes are changes of. */
    boolean begun;

    boolean fails;

    Watcher(LeaseWatcher told) {
      this.told = told;
    }
  }

  /** Takes in a watcher, which is told nothing before {@link #begin}. */
  void add(LeaseWatcher told) {
    watchers.add(new Watcher(told));
  }

  /** Drops a watcher, which is told nothing more. */
  void remove(LeaseWatcher told) {
    watchers.removeIf(watcher -> watcher.told == told);
  }

  /** Tells a watcher the whole truth, and every change from now on, unless it has gone. */
  void begin(LeaseWatcher told, Collection<Lease> leases) {
    for (Watcher watcher : watchers) {
      if (watcher.told == told) {
        watcher.begun = true;
        tell(watcher, w -> w.all(leases));
      }
    }
  }

  void all(Collection<Lease> leases) {
    tell(w -> w.all(leases));
  }

  void changed(List<LeaseChange> changes) {
    for (LeaseChange change : changes) {
      if (change instanceof LeaseChange.Put put) {
        tell(w -> w.changed(put.lease()));
      } else if (change instanceof LeaseChange.Remove remove) {
        tell(w -> w.removed(remove.lease()));
      }
    }
  }

  private void tell(Consumer<LeaseWatcher> word) {
    for (Watcher watcher : watchers) {
      if (watcher.begun) {
        tell(watcher, word);
      }
    }
  }

  private static void tell(Watcher watcher, Consumer<LeaseWatcher> word) {
    try {
      word.accept(watcher.told);
      watcher.fails = false;
    } catch (RuntimeException | LinkageError e) {
      if (!watcher.fails) {
        watcher.fails = true;
        LOG.error("{} failed when told of leases", watcher.told.getClass().getName(), e);
      }
    }
  }
}

package org.culvert.netdev.linux;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.culvert.api.netdev.PacketBatch;

/**
 * Keeps what has to be worked out once for each batch, since paths use the same few batches for
 * ever. Looking up allocates nothing and takes no lock; batches that are gone are forgotten.
 */
final class PerBatch<V> {
  /** A path has a handful of batches; a caller that makes new ones all the time pays for it. */
  static final int LIMIT = 64;

  private final Function<PacketBatch, V> make;
  private volatile List<Entry<V>> entries = List.of();

  private record Entry<V>(WeakReference<PacketBatch> batch, V value) {}

  /** The values must not hold on to their batch. */
  PerBatch(Function<PacketBatch, V> make) {
    this.make = make;
  }

  V of(PacketBatch batch) {
    List<Entry<V>> known = entries;
    for (int i = 0; i < known.size(); i++) {
      Entry<V> entry = known.get(i);
      if (entry.batch.refersTo(batch)) {
        return entry.value;
      }
    }
    return add(batch);
  }

  int size() {
    return entries.size();
  }

  private synchronized V add(PacketBatch batch) {
    V value = make.apply(batch);
    List<Entry<V>> live = new ArrayList<>();
    live.add(new Entry<>(new WeakReference<>(batch), value));
    for (Entry<V> entry : entries) {
      if (live.size() < LIMIT && !entry.batch.refersTo(null)) {
        live.add(entry);
      }
    }
    entries = List.copyOf(live);
    return value;
  }
}

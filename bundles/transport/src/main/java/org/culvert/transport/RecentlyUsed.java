package org.culvert.transport;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A table of bounded size: what was unused longest makes room. Not for several threads.
 *
 * @param <K> the keys
 * @param <V> the values
 */
final class RecentlyUsed<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;
  private static final int FIRST_CAPACITY = 16;
  private static final float LOAD = 0.75f;

  private final int most;

  RecentlyUsed(int most) {
    super(FIRST_CAPACITY, LOAD, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}

package org.culvert.provisioning;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.ServedTunnel;

/**
 * What was told of leases and is not yet looked at: of each lease the last, so that it can never
 * hold more than there are leases. Any thread may use it.
 */
final class Inbox {
  private Map<String, Optional<ServedTunnel>> news = new LinkedHashMap<>();
  private boolean whole;

  /**
   * All that was told since the last look.
   *
   * @param whole whether leases that are not in it are no more
   * @param tunnels what each lease wants, by its id
   */
  record News(boolean whole, Map<String, Optional<ServedTunnel>> tunnels) {}

  synchronized void all(Collection<Lease> leases) {
    Map<String, Optional<ServedTunnel>> all = new HashMap<>(leases.size() * 2);
    for (Lease lease : leases) {
      all.put(lease.id(), Wanted.of(lease));
    }
    news = all;
    whole = true;
  }

  /** Takes news of one lease; returns whether it is the first since the last look. */
  synchronized boolean put(String id, Optional<ServedTunnel> wanted) {
    boolean first = news.isEmpty() && !whole;
    news.put(id, wanted);
    return first;
  }

  synchronized News take() {
    News taken = new News(whole, news);
    news = new LinkedHashMap<>();
    whole = false;
    return taken;
  }
}

package org.culvert.netdev.linux;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.culvert.api.net.InterfaceAddress;

/**
 * Addresses that we gave to devices and that the kernel has not been seen to take packets in for.
 *
 * <p>The kernel acknowledges an IPv6 address before a worker of its own has made the local route.
 * On a busy machine that worker is late. Such an address lacks its local route because it is new,
 * not because another program removed the route. Any thread may ask.
 */
final class Newcomers {
  /** How long the kernel may take; after that the address is given again. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** Devices may be gone without a word. */
  private static final Duration MEMORY = Duration.ofMinutes(10);

  private record Key(int device, InterfaceAddress address) {}

  private final LongSupplier nanos;
  private final Duration patience;
  private final Map<Key, Long> since = new ConcurrentHashMap<>();

  Newcomers() {
    this(System::nanoTime, PATIENCE);
  }

  /**
   * @param nanos a clock that never jumps
   * @param patience how long a caller waits for the addresses it added, all of them together
   */
  Newcomers(LongSupplier nanos, Duration patience) {
    this.nanos = nanos;
    this.patience = patience;
  }

  /** Waits until addresses that were added just now answer, and notes those that do not yet. */
  void added(Netlink netlink, int device, Set<InterfaceAddress> addresses) throws IOException {
    long now = nanos.getAsLong();
    since.values().removeIf(at -> now - at > MEMORY.toNanos());
    addresses.forEach(address -> since.put(new Key(device, address), now));
    RouteTable.awaitLocal(netlink, addresses, patience)
        .forEach(address -> since.remove(new Key(device, address)));
  }

  /**
   * Takes note of a look at a device: an address that was not found deaf then has its local route.
   *
   * @param deaf the device's addresses without their local routes
   */
  void seen(int device, Collection<InterfaceAddress> deaf) {
    since.keySet().removeIf(key -> key.device() == device && !deaf.contains(key.address()));
  }

  /** Tells whether the kernel has not been seen to take packets in for an address yet. */
  boolean has(int device, InterfaceAddress address) {
    return since.containsKey(new Key(device, address));
  }

  /** Tells whether the kernel may still be at work on an address. */
  boolean isYoung(int device, InterfaceAddress address) {
    Long at = since.get(new Key(device, address));
    return at != null && nanos.getAsLong() - at <= GRACE.toNanos();
  }
}

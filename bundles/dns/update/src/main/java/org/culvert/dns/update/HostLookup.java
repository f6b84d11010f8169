package org.culvert.dns.update;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** Finds the addresses of a host. */
interface HostLookup extends AutoCloseable {

  /**
   * Returns a host's addresses; none if it has none, or they are not known in time. Blocks.
   *
   * @param host a full name
   */
  List<InetAddress> addresses(String host, Duration limit);

  /** Stops looking. */
  @Override
  default void close() {}
}

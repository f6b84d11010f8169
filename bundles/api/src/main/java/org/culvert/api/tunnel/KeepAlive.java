package org.culvert.api.tunnel;

import java.net.InetAddress;
import java.time.Duration;

/**
 * The keepalive that the broker chose (RFC 5572 section 4.4.3.1): ICMP echo through the tunnel.
 *
 * @param interval time between echo requests, in whole seconds, at least one
 * @param address the address that the client pings
 */
public record KeepAlive(Duration interval, InetAddress address) {

  /**
   * Refuses an interval under a second: zero means no keepalive, which is said by leaving it out.
   */
  public KeepAlive {
    if (interval.toSeconds() < 1) {
      throw new IllegalArgumentException("keepalive interval below one second: " + interval);
    }
  }
}

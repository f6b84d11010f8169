package org.culvert.itests.attack;

import java.net.InetSocketAddress;

/**
 * Where an attack happens.
 *
 * @param broker4 the broker's port by IPv4
 * @param broker6 by IPv6
 * @param tls its port for TLS by IPv6
 * @param seconds how long an attack goes on that could go on for ever
 */
record Field(
    InetSocketAddress broker4, InetSocketAddress broker6, InetSocketAddress tls, int seconds) {
  private static final String BROKER_4 = "203.0.113.1";
  private static final String BROKER_6 = "2001:db8:f::1";

  static Field ofSeconds(int seconds) {
    return new Field(
        new InetSocketAddress(BROKER_4, 3653),
        new InetSocketAddress(BROKER_6, 3653),
        new InetSocketAddress(BROKER_6, 3654),
        seconds);
  }
}

package org.culvert.api.service;

import java.net.InetAddress;

/** A name server that a client names for the reverse zone of its prefix. */
public sealed interface DnsServer {

  /**
   * A name server by address.
   *
   * @param address IPv4 or IPv6
   */
  record Address(InetAddress address) implements DnsServer {}

  /**
   * A name server by name.
   *
   * @param name a host name in lower case, checked label by label
   */
  record Name(String name) implements DnsServer {}
}

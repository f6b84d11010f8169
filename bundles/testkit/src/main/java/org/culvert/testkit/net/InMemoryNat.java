package org.culvert.testkit.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.culvert.api.encapsulation.WireFormat;
import org.jspecify.annotations.Nullable;

/**
 * A NAT that maps an inside address and port to one outside port for all destinations, and lets in
 * only what comes from where a packet went to: endpoint-independent mapping, address and
 * port-dependent filtering (RFC 4787 sections 4.1 and 5).
 */
public final class InMemoryNat {
  private static final int FIRST_PORT = 40_000;

  private record Inside(WireFormat wire, InetSocketAddress source) {}

  private record Outside(WireFormat wire, int port) {}

  private record Way(Inside inside, InetSocketAddress remote) {}

  private final InetAddress outside;
  private final Map<Inside, Integer> mappings = new HashMap<>();
  private final Map<Outside, Inside> reverse = new HashMap<>();
  private final Set<Way> open = new HashSet<>();
  private int nextPort = FIRST_PORT;

  InMemoryNat(InetAddress outside) {
    this.outside = outside;
  }

  /** Returns the public address. */
  public InetAddress outside() {
    return outside;
  }

  /**
   * Returns the outside address and port of an inside one, as signaling that leaves from it to that
   * remote would learn it; the mapping is made if need be.
   */
  public synchronized InetSocketAddress outward(
      WireFormat wire, InetSocketAddress source, InetSocketAddress remote) {
    Inside inside = new Inside(wire, source);
    Integer port = mappings.get(inside);
    if (port == null) {
      // What has no port can be mapped for one inside host only: the latest.
      port = source.getPort() == 0 ? 0 : nextPort++;
      mappings.put(inside, port);
      reverse.put(new Outside(wire, port), inside);
    }
    open.add(new Way(inside, remote));
    return new InetSocketAddress(outside, port);
  }

  /** Forgets all mappings, as after a restart or a time-out; new ones get new ports. */
  public synchronized void flush() {
    mappings.clear();
    reverse.clear();
    open.clear();
  }

  synchronized @Nullable InetSocketAddress inward(
      WireFormat wire, InetSocketAddress remote, InetSocketAddress destination) {
    Inside inside = reverse.get(new Outside(wire, destination.getPort()));
    return inside != null && open.contains(new Way(inside, remote)) ? inside.source() : null;
  }
}

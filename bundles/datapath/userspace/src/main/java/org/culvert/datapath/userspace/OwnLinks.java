package org.culvert.datapath.userspace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.netdev.NetworkDevices;

/**
 * The devices of tunnels that are links of their own: one each, with a thread each, hence no more
 * than a number of them.
 *
 * <p>Their names are the shared device's and a number, the smallest that is free, which a tunnel
 * keeps as long as it has its device. Guarded by the lock of the forwarding that they belong to.
 */
final class OwnLinks {
  /** A link carries one tunnel's packets, and there may be many links. */
  private static final int BURST = 16;

  /** What the kernel takes. */
  private static final int LONGEST_NAME = 15;

  private final NetworkDevices devices;
  private final String base;
  private final int limit;
  private final int slot;
  private final int copied;

  /** How many links there is memory for. */
  private final long room;

  /** By the tunnel's id, with those whose tunnel has gone and that wait for their release. */
  private final Map<String, InnerLink> links = new HashMap<>();

  /**
   * Makes no device yet.
   *
   * @param base the shared device's name
   * @param limit the largest number of links
   * @param slot octets of the longest packet
   * @param copied which bits of the traffic class outer headers get
   * @param memory octets off the heap that all of them together may take
   */
  OwnLinks(NetworkDevices devices, String base, int limit, int slot, int copied, long memory) {
    this.devices = devices;
    this.base = base;
    this.limit = limit;
    this.slot = slot;
    this.copied = copied;
    this.room = memory / InnerLink.memory(BURST, slot);
  }

  /** Returns a tunnel's link, which is made if there is none, and made anew if it was lost. */
  InnerLink of(String id, int mtu) throws IOException {
    InnerLink open = links.get(id);
    if (open != null) {
      open.restore();
      return open;
    }
    if (links.size() >= limit) {
      throw new IOException(
          limit
              + " tunnels have a device of their own already; raise ownLinks in etc/"
              + UserspaceDatapath.PID
              + ".cfg");
    }
    if (links.size() >= room) {
      throw new IOException(
          "there is memory for "
              + room
              + " tunnels with a device of their own, not for one more; raise the Java heap (-Xmx)");
    }
    InnerLink link = open(new Device(devices, freeName(), mtu));
    links.put(id, link);
    return link;
  }

  private InnerLink open(Device device) throws IOException {
    try {
      return new InnerLink(device, BURST, slot, copied).start();
    } catch (OutOfMemoryError e) {
      // Memory off the heap, or a thread: this tunnel fails, and nothing else.
      device.close();
      throw new IOException(
          "there is no memory for a device of its own (" + e.getMessage() + ")", e);
    }
  }

  private String freeName() {
    Set<String> taken =
        links.values().stream().map(link -> link.device().name()).collect(Collectors.toSet());
    int number = 1;
    while (taken.contains(name(base, number))) {
      number++;
    }
    return name(base, number);
  }

  /** Cuts a long base so that the number fits. */
  static String name(String base, int number) {
    String end = "-" + number;
    return base.substring(0, Math.min(base.length(), LONGEST_NAME - end.length())) + end;
  }

  /** Tells each link where its packets lead: into its tunnel, while there is one. */
  void routes(Map<String, Tunnel> tunnels) {
    OwnAddresses outer = Routes.own(tunnels.values());
    links.forEach(
        (id, link) -> {
          Tunnel tunnel = tunnels.get(id);
          link.routes(tunnel == null ? Routes.NONE : Routes.ofOwn(tunnel, outer));
        });
  }

  /** Closes all links but those of these tunnels; returns them. */
  List<InnerLink> closeAllBut(Collection<String> ids) {
    List<InnerLink> closed = new ArrayList<>();
    links.entrySet().stream()
        .filter(entry -> !ids.contains(entry.getKey()))
        .forEach(entry -> closed.add(entry.getValue()));
    closed.forEach(InnerLink::close);
    links.keySet().retainAll(ids);
    return closed;
  }

  Collection<InnerLink> all() {
    return links.values();
  }
}

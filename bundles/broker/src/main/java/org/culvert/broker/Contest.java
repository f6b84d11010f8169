package org.culvert.broker;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.culvert.api.lease.Lease;
import org.culvert.api.log.UserAddresses;

/**
 * The hosts that have taken one user's tunnel from one another while it lived, in the order in
 * which they first came.
 *
 * <p>Hosts are told apart by their addresses: ports change with each session. Two hosts behind one
 * NAT may have equal addresses, though, as behind two home routers of one make. A NAT that forgets
 * gives one host a new port each time, and none that it had before; so where the tunnel goes back
 * to an earlier port while another has it, ports tell hosts apart.
 */
final class Contest {
  /** More than a few are no contest of hosts, but one that goes from place to place. */
  private static final int MOST = 64;

  private final Set<Host> places = new LinkedHashSet<>();
  private final Set<Host> hosts = new LinkedHashSet<>();
  private final Set<Host> toldApartByPort = new HashSet<>();
  private int returns;

  /** Whether the log has told of it. */
  boolean told;

  /** When something last happened in it. */
  Instant touched = Instant.MIN;

  /** Notes that one place got the tunnel from another, from which packets had come until then. */
  void taken(Host loser, Host winner) {
    if (loser.isLike(winner) && places.contains(winner)) {
      tellApartByPort(winner.anyPort());
    }
    Host host = hostAt(winner);
    if (hosts.contains(host) && !host.equals(newest())) {
      returns++;
    }
    add(hosts, hostAt(loser));
    add(hosts, host);
    add(places, loser);
    add(places, winner);
  }

  private void tellApartByPort(Host alike) {
    if (toldApartByPort.add(alike)) {
      hosts.remove(alike);
      places.stream().filter(alike::isLike).forEach(hosts::add);
    }
  }

  private static void add(Set<Host> set, Host host) {
    set.add(host);
    if (set.size() > MOST) {
      Iterator<Host> eldest = set.iterator();
      eldest.next();
      eldest.remove();
    }
  }

  /** Returns how often one that was there before the newest has taken the tunnel back. */
  int returns() {
    return returns;
  }

  /** Tells whether two places are one host's, as far as is known. */
  boolean isOneHost(Host one, Host other) {
    return hostAt(one).equals(hostAt(other));
  }

  /** Tells whether nobody came later for the first time; a mere new port makes nobody new. */
  boolean isNewest(Host place) {
    Host host = hostAt(place);
    return host.equals(newest())
        || (!hosts.contains(host) && !toldApartByPort.contains(place.anyPort()));
  }

  private Host hostAt(Host place) {
    return toldApartByPort.contains(place.anyPort()) ? place : place.anyPort();
  }

  private Host newest() {
    List<Host> ordered = new ArrayList<>(hosts);
    return ordered.get(ordered.size() - 1);
  }

  /**
   * A host, or a place where one is.
   *
   * @param outside where its packets come from
   * @param claimed the address that it says it has
   * @param port the port outside; 0: any
   */
  record Host(InetAddress outside, InetAddress claimed, int port) {
    static Host of(Lease lease) {
      return new Host(
          lease.outer().remote().getAddress(),
          lease.claimedAddress(),
          lease.outer().remote().getPort());
    }

    static Host of(TypeDecision decision) {
      return new Host(
          decision.outer().remote().getAddress(),
          decision.claimed(),
          decision.outer().remote().getPort());
    }

    Host anyPort() {
      return new Host(outside, claimed, 0);
    }

    /** Tells whether both have the same addresses. */
    boolean isLike(Host other) {
      return outside.equals(other.outside) && claimed.equals(other.claimed);
    }

    @Override
    public String toString() {
      String at = UserAddresses.text(outside) + (port == 0 ? "" : " port " + port);
      return outside.equals(claimed) ? at : UserAddresses.text(claimed) + " behind " + at;
    }
  }
}

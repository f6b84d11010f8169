package org.culvert.api.datapath;

import org.osgi.annotation.versioning.ConsumerType;

/** Is told what the outer network reports about the paths of tunnels. */
@ConsumerType
public interface PathListener {

  /** Listens to nothing. */
  PathListener NONE = (id, mtu) -> {};

  /**
   * Is told that a router cannot pass on a packet of this tunnel's, a probe or any other. The
   * report fits a packet of the tunnel in every part, but anybody who can guess these parts can
   * write one: it is a reason to look with {@link Forwarding#probe}, and nothing more. It never
   * says less than 1280 octets, nor as much as the packet had that did not pass. Called at a
   * bounded rate, on a thread that must not wait.
   *
   * @param mtu the inner MTU that would fit, in octets; 1280 where the router did not say, and
   *     where nothing proves that the packet was sent from here
   */
  void smaller(String id, int mtu);
}

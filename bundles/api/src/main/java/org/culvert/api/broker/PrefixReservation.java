package org.culvert.api.broker;

import org.culvert.api.net.IpPrefix;

/**
 * A prefix that the operator keeps for a user.
 *
 * @param pool the pool's name
 * @param user the only user who may get it
 * @param prefix the prefix
 * @param state whether the user has it
 */
public record PrefixReservation(String pool, String user, IpPrefix prefix, State state) {

  /** How a reservation stands. */
  public enum State {
    /** Nobody has it. */
    FREE,
    /** Its user has it. */
    HELD,
    /** Somebody who had some of it before it was reserved still has that. */
    BLOCKED
  }
}

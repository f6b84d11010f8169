package org.culvert.broker;

import java.util.OptionalLong;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;

/**
 * What the operator decided about routing, checked.
 *
 * @param serverAs this side's autonomous system; empty: BGP is not offered
 * @param given the numbers given to clients that name none
 * @param allowed the numbers that a client may name itself
 * @param shared whether several users may have one number
 * @param internal whether a client may name this side's number
 * @param floating whether prefixes stay reachable while no protocol routes them
 * @param anonymous whether anonymous users may ask for more than static routes
 */
record RoutingSettings(
    OptionalLong serverAs,
    AsRanges given,
    AsRanges allowed,
    boolean shared,
    boolean internal,
    boolean floating,
    boolean anonymous) {

  static RoutingSettings from(Config config) {
    return new RoutingSettings(
        serverAs(config),
        AsRanges.from("clientAs", config.clientAs()),
        AsRanges.from("clientAsAllowed", config.clientAsAllowed()),
        config.clientAsShared(),
        config.internalBgp(),
        config.floatingRoutes(),
        config.anonymousRouting());
  }

  /** Tells whether a client may name this number. */
  boolean allows(long as) {
    return (internal && isOurs(as)) || (allowed.contains(as) && !isOurs(as));
  }

  /** Tells whether this number may be given to a client that names none. */
  boolean gives(long as) {
    return given.contains(as) && !isOurs(as);
  }

  /** Returns how the tunnel server's system learns the way to a prefix. */
  PrefixRoutes prefixRoutes(RoutingAgreement agreement) {
    return agreement.isStatic()
        ? PrefixRoutes.STATIC
        : floating ? PrefixRoutes.FLOATING : PrefixRoutes.NONE;
  }

  /** BGP speaks between the two inner addresses; the others find each other on a link. */
  static boolean needsLink(RoutingAgreement agreement) {
    return !agreement.isStatic() && !agreement.protocol().equals(RoutingProtocol.BGP);
  }

  private boolean isOurs(long as) {
    return serverAs.isPresent() && serverAs.getAsLong() == as;
  }

  private static OptionalLong serverAs(Config config) {
    long as = config.asNumber();
    if (as == 0) {
      return OptionalLong.empty();
    }
    if (!AsRanges.isUsable(as)) {
      throw new InvalidConfigurationException(
          Keys.PID,
          "asNumber",
          as,
          "write the number of your autonomous system, or a private one such as 64512;"
              + " 0: BGP is not offered");
    }
    return OptionalLong.of(as);
  }
}

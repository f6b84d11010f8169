package org.culvert.broker;

import org.culvert.api.broker.Identity;
import org.culvert.api.tunnel.SignalingPath;

/**
 * Who asks, and from where.
 *
 * @param identity the session's, or the one that it was recognized as
 * @param path the session's path
 * @param family the IP version inside the tunnel that is asked for
 * @param unproved whether all of the session may have been sent in another's name
 */
record Asker(Identity identity, SignalingPath path, Family family, boolean unproved) {

  Slot slot() {
    return new Slot(identity.user(), family);
  }
}

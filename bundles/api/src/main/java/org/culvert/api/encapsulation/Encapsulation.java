package org.culvert.api.encapsulation;

import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Offers one tunnel type by being registered as a service.
 *
 * <p>While it is registered, the CAPABILITY line names its type on every path that suits, and
 * tunnels of the type are carried; when it goes they are suspended, when it comes back they open
 * again. Implementations are stateless and safe for use by several threads.
 */
@ConsumerType
public interface Encapsulation {

  /** Returns the tunnel type. */
  TunnelType type();

  /** Tells whether a client may ask for this type on such a path (RFC 5572 section 4.4.1). */
  boolean isOfferedOn(SignalingPath path);

  /** Returns what its packets look like. */
  WireFormat wireFormat();
}

package org.culvert.api.encapsulation;

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

  /**
   * Returns what all others must know of the type. An endpoint asks once, when the service comes;
   * the answer is the same whenever it is asked, and comes at once.
   */
  TunnelProfile profile();
}

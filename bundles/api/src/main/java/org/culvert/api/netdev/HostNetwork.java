package org.culvert.api.netdev;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Prepares a host for tunnels: what they need beside the addresses and routes of their own devices.
 */
@ConsumerType
public interface HostNetwork {

  /**
   * Gives the host exactly this: what is missing is added, what Culvert added earlier for the same
   * side, in this process or before it, and is not named any more is removed, what others put there
   * stays. A setting that is the host's own is changed only where that is allowed, and is never
   * changed back. Idempotent; it looks at the operating system each time, and costs little where
   * nothing has changed. Blocks.
   *
   * @return what was changed, and what is missing still
   * @throws IOException if the operating system cannot be asked at all
   */
  HostState configure(HostConfiguration wanted) throws IOException;
}

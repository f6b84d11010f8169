package org.culvert.api.netdev;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/** Tells of what becomes of the operating system's packet filter, whoever changes it. */
@ConsumerType
public interface PacketFilters {

  /**
   * Tells a watcher of changes from now on.
   *
   * @return ends the watch
   * @throws IOException if the operating system refuses
   */
  NetworkDevices.Watch watch(FilterWatcher watcher) throws IOException;
}

package org.culvert.api.endpoint;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Tells what this host lacks for tunnels. */
@ConsumerType
public interface HostReport {

  /**
   * Returns what is not as tunnels need it and was not changed, a line each, with the command that
   * helps. Does not block.
   */
  List<String> missing();
}

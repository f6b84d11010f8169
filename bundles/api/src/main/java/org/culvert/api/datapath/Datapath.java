package org.culvert.api.datapath;

import java.io.IOException;
import org.culvert.api.encapsulation.WireFormat;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to move packets, registered as a service; the highest service ranking that carries a wire
 * format is chosen.
 */
@ConsumerType
public interface Datapath {

  /** Returns a short name for tables. */
  String name();

  /** Tells whether packets of this format can be carried here. */
  boolean carries(WireFormat wire);

  /**
   * Makes the inner device and begins to forward. No tunnel is open yet.
   *
   * @param device the inner device's name
   * @param mtu the inner device's MTU in octets
   * @throws IOException if the device cannot be made; the message says which right is missing
   */
  Forwarding start(String device, int mtu) throws IOException;
}

package org.culvert.api.netdev;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An open TUN device: bare IP packets to and from the operating system.
 *
 * <p>One thread may receive while another sends. Closing it removes the device and ends a blocked
 * {@link #receive}.
 */
@ConsumerType
public interface TunDevice extends AutoCloseable {

  /** Returns the device's name. */
  String name();

  /**
   * Waits for at least one packet, then takes what is there without waiting, up to the batch's
   * capacity.
   *
   * @return false when the device is closed
   */
  boolean receive(PacketBatch batch) throws IOException;

  /**
   * Hands slots {@code from} to {@code to - 1} to the operating system, skipping dropped ones.
   *
   * @return how many packets the operating system had no room for
   */
  int send(PacketBatch batch, int from, int to) throws IOException;

  /** Removes the device. */
  @Override
  void close();
}

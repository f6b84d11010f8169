package org.culvert.api.netdev;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The tunnel devices of one owner. Methods may be called from any thread.
 *
 * <p>A device is never up without its filter.
 */
@ConsumerType
public interface TunnelDeviceGroup extends AutoCloseable {

  /**
   * Makes the owner's devices exactly these. One that is there already keeps its addresses, routes
   * and counters, and if nothing about it changes, it loses no packet. Idempotent.
   *
   * @return the devices that could not be made, by name, with the cause in one line
   */
  Map<String, String> apply(Collection<TunnelDevice> devices);

  /**
   * Reads all counters, of the devices that are up and as they should be.
   *
   * @throws IOException if the operating system refuses, or if another program has removed the
   *     filter; {@link #apply} puts it back
   */
  TunnelDeviceCounters counters() throws IOException;

  /**
   * Tells when another program has changed the filter, at once, from now on until the group is
   * closed. Calls come from a thread of the group's, which may put the filter back by {@link
   * #apply}; {@link #counters} fail until that is done.
   *
   * @throws IOException if the operating system refuses; {@link #counters} still tell it, later
   */
  void listen(Runnable disturbed) throws IOException;

  /**
   * Sends one packet of this host's own into a device.
   *
   * @throws IOException if there is no such device or the packet is refused
   */
  void send(String device, ByteBuffer packet) throws IOException;

  /**
   * Sends one packet of this host's own to the other end of a device's tunnel, past the device,
   * with the outer header that the device would write: whole or not at all, whatever the device's
   * MTU is and whatever the operating system has learned of the path. No filter sees it.
   *
   * @return false if it cannot be sent, as when the outer link is smaller, or cannot be sent so
   */
  default boolean probe(String device, ByteBuffer packet) {
    return false;
  }

  /**
   * Removes the owner's devices and their filter.
   *
   * @throws IOException if the operating system refuses; the message says what is left over
   */
  @Override
  void close() throws IOException;
}

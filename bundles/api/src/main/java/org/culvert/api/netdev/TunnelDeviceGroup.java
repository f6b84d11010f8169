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
   * Reads all counters.
   *
   * @throws IOException if the operating system refuses, or if another program has removed the
   *     filter; {@link #apply} puts it back
   */
  TunnelDeviceCounters counters() throws IOException;

  /**
   * Sends one packet of this host's own into a device.
   *
   * @throws IOException if there is no such device or the packet is refused
   */
  void send(String device, ByteBuffer packet) throws IOException;

  /**
   * Removes the owner's devices and their filter.
   *
   * @throws IOException if the operating system refuses; the message says what is left over
   */
  @Override
  void close() throws IOException;
}

package org.culvert.api.netdev;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A socket of the outer network that carries encapsulated packets for many tunnels.
 *
 * <p>One thread may receive while others send. Closing it ends a blocked {@link #receive}.
 */
@ConsumerType
public interface OuterSocket extends AutoCloseable {

  /**
   * Waits for at least one packet, then takes what is there without waiting. Outer headers are cut
   * off: offset and length of a slot are those of the inner packet, and the slot's peer is the
   * outer source.
   *
   * @return false when the socket is closed
   */
  boolean receive(PacketBatch batch) throws IOException;

  /**
   * Sends slots {@code from} to {@code to - 1}, each to its slot's peer, skipping dropped ones.
   *
   * @return how many packets the operating system had no room for
   */
  int send(PacketBatch batch, int from, int to) throws IOException;

  /** Closes the socket. */
  @Override
  void close();
}

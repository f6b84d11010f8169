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
   * off: offset and length of a slot are those of the inner packet, the slot's peer is the outer
   * source, and its traffic class that of the outer header.
   *
   * @return false when the socket is closed
   */
  boolean receive(PacketBatch batch) throws IOException;

  /**
   * Sends slots {@code from} to {@code to - 1}, each to its slot's peer and with its slot's traffic
   * class, skipping dropped ones. What must stay whole is sent so (IPv4: Don't Fragment); all else
   * may be cut outside, here or on its way. Errors that the network reported about earlier packets
   * cost none of these.
   *
   * <p>Packets that the operating system refuses to send to their peers are marked in the batch
   * ({@link PacketBatch#refusal}), and the others leave. The marks stand until the next call that
   * sends packets of this batch.
   *
   * @return how many packets did not leave: those that were refused, those that there was no room
   *     for, and those that cannot be sent whole
   */
  int send(PacketBatch batch, int from, int to) throws IOException;

  /** Closes the socket. */
  @Override
  void close();
}

package org.culvert.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the answers to echo requests of one identifier, with a socket and a thread for each version
 * of IP that is asked for. Closing it ends both.
 */
final class PathAnswers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PathAnswers.class);
  private static final int BURST = 8;

  /** Room for the largest answer: a device's MTU is 9216 at most. */
  private static final int SLOT = 9_280;

  private static final int ICMP_HEADER = 8;
  private static final int IDENTIFIER = 4;

  /** What probes carry that only who has seen them can know; the first piece has it, too. */
  private static final int NONCE = ICMP_HEADER;

  private final OuterSockets sockets;
  private final int identifier;
  private final Listener listener;
  private final Map<IpVersion, OuterSocket> open = new ConcurrentHashMap<>();
  private final Map<IpVersion, String> refusals = new ConcurrentHashMap<>();

  /** Is told of each answer, on the thread that heard it. */
  @FunctionalInterface
  interface Listener {
    void answered(InetAddress from, long nonce);
  }

  PathAnswers(OuterSockets sockets, int identifier, Listener listener) {
    this.sockets = sockets;
    this.identifier = identifier;
    this.listener = listener;
  }

  /** Begins to hear answers of a version, if that is not done; false if it cannot be. */
  boolean hears(IpVersion version) {
    if (open.containsKey(version)) {
      return true;
    }
    try {
      OuterSocket socket = sockets.openAnswers(version, identifier);
      open.put(version, socket);
      Thread thread = new Thread(() -> hear(version, socket), "culvert-path-" + version);
      thread.setDaemon(true);
      thread.start();
      return true;
    } catch (IOException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(refusals.put(version, reason))) {
        LOG.warn("What the paths of tunnels carry is not searched for: {}", reason);
      }
      return false;
    }
  }

  private void hear(IpVersion version, OuterSocket socket) {
    PacketBatch batch = new PacketBatch(BURST, SLOT);
    try {
      while (socket.receive(batch)) {
        for (int i = 0; i < batch.size(); i++) {
          int at = batch.offset(i);
          if (batch.length(i) >= NONCE + Long.BYTES
              && (batch.memory().getShort(at + IDENTIFIER) & 0xFFFF) == identifier) {
            long nonce = batch.memory().getLong(at + NONCE);
            listener.answered(batch.peerAddress(i).getAddress(), nonce);
          }
        }
      }
    } catch (IOException e) {
      LOG.warn("Answers to probes of the paths of tunnels were not heard for a moment", e);
    } finally {
      // The next search opens another.
      open.remove(version, socket);
      socket.close();
    }
  }

  @Override
  public void close() {
    open.values().forEach(OuterSocket::close);
    open.clear();
  }
}

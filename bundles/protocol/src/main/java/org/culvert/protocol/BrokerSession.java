package org.culvert.protocol;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.culvert.api.broker.Identity;
import org.culvert.api.tunnel.SignalingPath;

/** The server's side of one TSP session. */
public final class BrokerSession {

  public BrokerSession(
      SignalingPath path, SessionServices services, Executor confined, SessionOutput out) {}

  /** Tells whether a datagram's data opens a session; the buffer stays as it is. */
  public static boolean opens(ByteBuffer data) {
    throw new UnsupportedOperationException();
  }

  public void received(ByteBuffer data) {
    throw new UnsupportedOperationException();
  }

  public void timedOut() {}

  public void closed() {}

  public Phase phase() {
    return Phase.VERSION;
  }

  public Optional<String> version() {
    return Optional.empty();
  }

  public Optional<Identity> identity() {
    return Optional.empty();
  }

  public Duration phaseLimit() {
    return Duration.ofSeconds(30);
  }
}

package org.culvert.client;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.signaling.SignalingTarget;

/** Keeps the status that operators see; written by one thread, read by any. */
final class StatusBoard {
  private final Supplier<Instant> now;
  private volatile ClientStatus status;

  StatusBoard(Supplier<Instant> now) {
    this.now = now;
    this.status =
        new ClientStatus(
            Phase.CONNECTING,
            now.get(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0);
  }

  ClientStatus status() {
    return status;
  }

  /** Notes what the client is doing. */
  void phase(Phase phase) {
    if (phase != status.phase()) {
      ClientStatus s = status;
      status =
          new ClientStatus(
              phase, now.get(), s.broker(), s.path(), s.offer(), s.lastError(), s.connects());
    }
  }

  /** Notes whom it got an offer from. */
  void offered(SignalingTarget target) {
    ClientStatus s = status;
    String broker =
        new BrokerAddress(target.host(), target.broker().getPort())
            + " at "
            + Held.text(target.broker())
            + " over "
            + target.transport()
            + ", version "
            + target.version();
    status =
        new ClientStatus(
            s.phase(),
            s.since(),
            Optional.of(broker),
            s.path(),
            s.offer(),
            s.lastError(),
            s.connects());
  }

  /** Notes what went wrong; tells whether that is news. */
  boolean failed(String text) {
    ClientStatus s = status;
    boolean news = !s.lastError().equals(Optional.of(text));
    status =
        new ClientStatus(
            s.phase(), s.since(), s.broker(), s.path(), s.offer(), Optional.of(text), s.connects());
    return news;
  }

  /** Notes a tunnel. */
  void up(Held held) {
    phase(Phase.CONNECTED);
    ClientStatus s = status;
    status =
        new ClientStatus(
            s.phase(),
            s.since(),
            s.broker(),
            Optional.of(held.path()),
            Optional.of(held.offer()),
            s.lastError(),
            s.connects() + 1);
  }

  /** Notes that there is none any more. */
  void down() {
    phase(Phase.CONNECTING);
    ClientStatus s = status;
    status =
        new ClientStatus(
            s.phase(),
            s.since(),
            s.broker(),
            Optional.empty(),
            Optional.empty(),
            s.lastError(),
            s.connects());
  }
}

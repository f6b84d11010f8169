package org.culvert.client;

import java.util.Optional;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.signaling.SignalingTarget;

/** Keeps the status that operators see; written by one thread, read by any. */
final class StatusBoard {
  private final Timepiece time;

  /** Says since when by the time of day at that time; {@link #status} corrects it. */
  private volatile ClientStatus status;

  private volatile long began;

  /** The moment of the last error; nothing, where there was none. */
  private volatile long failed;

  StatusBoard(Timepiece time) {
    this.time = time;
    this.began = time.nanos();
    this.status =
        new ClientStatus(
            Phase.CONNECTING,
            time.timeOf(began),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0);
  }

  ClientStatus status() {
    ClientStatus s = status;
    return new ClientStatus(
            s.phase(),
            time.timeOf(began),
            s.broker(),
            s.path(),
            s.offer(),
            s.lastError(),
            s.connects())
        .failedAt(s.lastError().map(error -> time.timeOf(failed)));
  }

  /** Notes what the client is doing. */
  void phase(Phase phase) {
    if (phase != status.phase()) {
      ClientStatus s = status;
      began = time.nanos();
      status =
          new ClientStatus(
              phase,
              time.timeOf(began),
              s.broker(),
              s.path(),
              s.offer(),
              s.lastError(),
              s.connects());
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
    failed = time.nanos();
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

package org.culvert.protocol;

import java.nio.ByteBuffer;
import java.util.function.Predicate;

/** Hands the octets of a stream on, message by message, and never keeps more than a limit. */
final class StreamInput {
  private final Inbox inbox;
  private final Predicate<Inbox> taker;
  private final Runnable overflow;
  private final Runnable noRoom;
  private boolean draining;
  private boolean closed;

  /**
   * @param room what the inbox grows into
   * @param taker handles one message; says no if there is none, or if it has to be waited for
   * @param overflow called when what waits has reached the limit and is no message yet
   * @param noRoom called when the inbox may not grow
   */
  StreamInput(
      int limit, Inbox.Room room, Predicate<Inbox> taker, Runnable overflow, Runnable noRoom) {
    this.inbox = new Inbox(limit, room);
    this.taker = taker;
    this.overflow = overflow;
    this.noRoom = noRoom;
  }

  void received(ByteBuffer data) {
    while (data.hasRemaining() && !closed) {
      if (!inbox.append(data)) {
        noRoom.run();
        return;
      }
      drain();
      if (inbox.isFull()) {
        overflow.run();
        return;
      }
    }
  }

  /** Forgets what waits; what comes from now on is not taken in. */
  void close() {
    closed = true;
    inbox.clear();
  }

  /** Handles messages until the taker says no; a call from within the taker does nothing. */
  void drain() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      boolean progress = true;
      while (progress) {
        progress = taker.test(inbox);
      }
    } finally {
      draining = false;
    }
  }
}

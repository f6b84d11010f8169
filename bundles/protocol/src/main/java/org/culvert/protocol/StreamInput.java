package org.culvert.protocol;

import java.nio.ByteBuffer;
import java.util.function.Predicate;

/** Hands the octets of a stream on, message by message, and never keeps more than a limit. */
final class StreamInput {
  private final Inbox inbox;
  private final Predicate<Inbox> taker;
  private final Runnable overflow;
  private boolean draining;

  /**
   * @param taker handles one message; says no if there is none, or if it has to be waited for
   * @param overflow called when what waits has reached the limit and is no message yet
   */
  StreamInput(int limit, Predicate<Inbox> taker, Runnable overflow) {
    this.inbox = new Inbox(limit);
    this.taker = taker;
    this.overflow = overflow;
  }

  void received(ByteBuffer data) {
    boolean room = true;
    while (data.hasRemaining() && room) {
      inbox.append(data);
      drain();
      room = !inbox.isFull();
    }
    if (!room) {
      overflow.run();
    }
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

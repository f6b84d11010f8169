package org.culvert.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages so that what follows one without a reply comes in a later segment, and late
 * enough to be read apart: some brokers read once and take the first line of what they got for all
 * of it (PLAIN over TCP). The kernel's delay of small segments did that for old clients. For the
 * channel's thread.
 */
final class SpacedWrites {
  /** Longer than a delayed acknowledgement, which the old clients waited for. */
  static final int GAP_MILLIS = 250;

  private final Channel channel;
  private final Queue<byte[]> held = new ArrayDeque<>();
  private @Nullable Future<?> gap;

  SpacedWrites(Channel channel) {
    this.channel = channel;
  }

  /** Writes a message, at the earliest a while after one that gets no reply. */
  void write(byte[] message) {
    if (gap == null) {
      channel.writeAndFlush(Unpooled.wrappedBuffer(message));
    } else {
      held.add(message);
    }
  }

  /** Writes a message that gets no reply before the next. */
  void writeBeforeAnother(byte[] message) {
    write(message);
    if (gap == null) {
      gap = channel.eventLoop().schedule(this::over, GAP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void over() {
    gap = null;
    byte[] next = held.poll();
    if (next != null) {
      write(next);
      if (!held.isEmpty()) {
        gap = channel.eventLoop().schedule(this::over, GAP_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Writes at once what is held back: the connection is about to end. */
  void flush() {
    Future<?> waiting = gap;
    gap = null;
    if (waiting != null) {
      waiting.cancel(false);
    }
    held.forEach(this::write);
    held.clear();
  }
}

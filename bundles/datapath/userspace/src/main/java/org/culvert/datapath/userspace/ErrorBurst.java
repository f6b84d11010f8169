package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.culvert.api.netdev.PacketBatch;

/**
 * ICMP errors on their way back into the device: gathered in a burst, and kept under a rate that
 * both versions of IP share (RFC 4443 section 2.4f, RFC 1812 section 4.3.2.8).
 *
 * <p>Confined to the device's thread.
 */
final class ErrorBurst {
  /** The longest error in octets. */
  static final int LONGEST = 1280;

  /** What {@link #next} returns when nothing may be said. */
  static final int NONE = -1;

  private static final int CAPACITY = 8;

  /** How many octets off the heap it takes. */
  static final long MEMORY = (long) CAPACITY * LONGEST;

  private static final long PER_SECOND = 200;
  private static final long AT_ONCE = 50;

  private final PacketBatch batch = new PacketBatch(CAPACITY, LONGEST);
  private final LongSupplier nanos;
  private double tokens = AT_ONCE;
  private long last;
  private boolean refilled;

  /** Takes a clock, which is read once a burst at most. */
  ErrorBurst(LongSupplier nanos) {
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  /** Begins with an empty burst. */
  void begin() {
    batch.size(0);
    refilled = false;
  }

  PacketBatch batch() {
    return batch;
  }

  ByteBuffer memory() {
    return batch.memory();
  }

  /** Returns where the next error is to be written, or {@link #NONE}. */
  int next() {
    return batch.size() < CAPACITY && withinRate() ? batch.slot(batch.size()) : NONE;
  }

  /** Takes what was written where {@link #next} said. */
  void add(int length) {
    int slot = batch.size();
    batch.packet(slot, batch.slot(slot), length);
    batch.size(slot + 1);
  }

  private boolean withinRate() {
    if (!refilled) {
      long now = nanos.getAsLong();
      tokens = Math.min(AT_ONCE, tokens + (now - last) * PER_SECOND / 1e9);
      last = now;
      refilled = true;
    }
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}

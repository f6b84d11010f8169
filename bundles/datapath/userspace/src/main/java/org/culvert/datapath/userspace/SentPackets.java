package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import org.culvert.api.netdev.PacketBatch;

/**
 * Knows which packets went into tunnels lately, so that a report about one that never did can be
 * told from a true one.
 *
 * <p>Of each packet it keeps a digest of the beginning, which reports quote, and the time, added to
 * one number. There is one table for all tunnels, of 512 KiB however many they are, in which a new
 * packet takes the place of an older one. At 100,000 packets a second half of them are still known
 * after half a second; what is forgotten is not told, and the next packet that is lost draws
 * another report.
 *
 * <p>Who has not seen a packet cannot make up one that fits: the digest is keyed by chance, and to
 * invent a packet that was sent he has to guess its sequence number, or its identification or
 * checksum.
 *
 * <p>Threads that send write without fences or locks; the threads of {@link ReportPort}s ask.
 */
final class SentPackets {
  /**
   * Octets of a packet that are looked at: an IPv6 header and eight more, in which ports stand, and
   * a checksum, sequence number or identification (RFC 792 asks for as much of IPv4).
   */
  static final int QUOTED = Ipv6.HEADER + 8;

  /** A router that waits for a neighbor's address reports after three seconds. */
  static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int SLOTS = 1 << 16;

  /** Time is counted in units of about a millisecond. */
  private static final int UNIT = 20;

  private static final long KEPT = KEPT_NANOS >> UNIT;
  private static final long FORGOTTEN = 0;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
  private final LongSupplier nanos;
  private final long first;
  private final long second;
  private final long third;

  /** Takes a clock that never jumps, which is read once a burst. */
  SentPackets(LongSupplier nanos) {
    SecureRandom random = new SecureRandom();
    this.nanos = nanos;
    this.first = random.nextLong();
    this.second = random.nextLong();
    this.third = random.nextLong();
  }

  /** Takes note of packets {@code from} to {@code to - 1} of a burst; dropped ones are none. */
  void add(PacketBatch burst, int from, int to) {
    long now = nanos.getAsLong() >> UNIT;
    ByteBuffer memory = burst.memory();
    for (int i = from; i < to; i++) {
      int length = burst.length(i);
      if (length >= Ipv4.HEADER) {
        long digest = digest(memory, burst.offset(i), Math.min(length, QUOTED));
        slots.setOpaque(slot(digest), digest + now);
      }
    }
  }

  /** Tells whether so much of a packet is quoted that it can be looked for. */
  static boolean isEnough(ByteBuffer memory, int packet, int end, boolean ipv4) {
    int quoted = end - packet;
    return quoted >= Ipv4.HEADER && quoted >= Math.min(QUOTED, length(memory, packet, ipv4));
  }

  /**
   * Tells whether a packet, of which enough is quoted, was sent lately, and forgets it, so that
   * nobody is told twice.
   */
  boolean take(ByteBuffer memory, int packet, boolean ipv4) {
    int length = Math.min(QUOTED, length(memory, packet, ipv4));
    if (length < Ipv4.HEADER) {
      return false;
    }
    long digest = digest(memory, packet, length);
    int slot = slot(digest);
    long entry = slots.getOpaque(slot);
    long age = (nanos.getAsLong() >> UNIT) - (entry - digest);
    // Of another packet this is any number of 64 bits.
    return age >= 0 && age <= KEPT && slots.compareAndSet(slot, entry, FORGOTTEN);
  }

  /** Returns the length that a packet says it has, of which at least 20 octets are there. */
  static int length(ByteBuffer memory, int packet, boolean ipv4) {
    return ipv4
        ? memory.getShort(packet + Ipv4.TOTAL_LENGTH) & 0xFFFF
        : Ipv6.HEADER + (memory.getShort(packet + Ipv6.PAYLOAD_LENGTH) & 0xFFFF);
  }

  private static int slot(long digest) {
    return (int) (digest >>> 32) & SLOTS - 1;
  }

  /** Mixes 20 to 48 octets, 16 at a time; the last 16 may hold some of those before. */
  private long digest(ByteBuffer memory, int packet, int length) {
    long mix = third ^ length;
    int last = packet + length - 16;
    for (int at = packet; at < last; at += 16) {
      mix = fold(memory.getLong(at) ^ first, memory.getLong(at + 8) ^ mix);
    }
    mix = fold(memory.getLong(last) ^ second, memory.getLong(last + 8) ^ mix);
    return fold(mix ^ third, second);
  }

  /** Both halves of the product, as one: each bit depends on all. */
  private static long fold(long a, long b) {
    return a * b ^ Math.multiplyHigh(a, b);
  }
}

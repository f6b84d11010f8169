package org.culvert.netdev.linux;

import org.culvert.api.netdev.PacketBatch;

/**
 * The {@code mmsghdr} array of one batch, with the headers, I/O vectors and socket addresses it
 * points to, laid out once so that a burst costs a few stores a packet.
 *
 * <p>Each message may have its first octets delivered apart from the slot: a raw IPv4 socket hands
 * over the outer header too, and this way the inner packet still begins where the slot does.
 */
final class MessageVector {
  /** {@code struct mmsghdr}: a {@code msghdr} of 56 octets, then the message's length. */
  private static final int MMSGHDR = 64;

  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int VECTOR = 16;
  private static final int VECTOR_COUNT = 24;
  private static final int FLAGS = 48;
  private static final int LENGTH = 56;
  private static final int MSG_TRUNC = 0x20;

  /** {@code struct iovec}, two for each message. */
  private static final int IOVEC = 16;

  private static final int IOVECS = 2 * IOVEC;
  private static final int APART = 32;
  private static final int EACH = MMSGHDR + IOVECS + Family.STRIDE + APART;

  private final Family family;
  private final Block block;
  private final long memory;
  private final int apartOctets;
  private final int vectorsAt;
  private final int namesAt;
  private final int apartAt;

  /** Lays out the vector; {@code apartOctets} of each message go apart, at most 32. */
  MessageVector(PacketBatch batch, Family family, int apartOctets) {
    int capacity = batch.capacity();
    this.family = family;
    this.apartOctets = apartOctets;
    this.memory = Block.address(batch.memory());
    this.block = Block.of(Math.multiplyExact(capacity, EACH));
    this.vectorsAt = capacity * MMSGHDR;
    this.namesAt = vectorsAt + capacity * IOVECS;
    this.apartAt = namesAt + capacity * Family.STRIDE;
    int skipped = apartOctets > 0 ? 0 : 1;
    for (int i = 0; i < capacity; i++) {
      int message = i * MMSGHDR;
      int vector = vectorsAt + i * IOVECS;
      block.host().putLong(message + NAME, block.address() + namesAt + i * Family.STRIDE);
      block.host().putInt(message + NAME_LENGTH, family.length());
      block.host().putLong(message + VECTOR, block.address() + vector + skipped * IOVEC);
      block.host().putLong(message + VECTOR_COUNT, 2 - skipped);
      block.host().putLong(vector, block.address() + apartAt + i * APART);
      block.host().putLong(vector + 8, apartOctets);
      carry(i, batch.slot(i), batch.slotSize());
    }
  }

  /** Returns where message {@code i} begins. */
  long address(int i) {
    return block.address() + i * MMSGHDR;
  }

  /** Makes message {@code i} carry these octets of the batch's memory. */
  void carry(int i, int offset, int length) {
    int vector = vectorsAt + i * IOVECS + IOVEC;
    block.host().putLong(vector, memory + offset);
    block.host().putLong(vector + 8, length);
  }

  /** Addresses message {@code i} to the peer of packet {@code packet}. */
  void address(int i, PacketBatch batch, int packet) {
    family.write(
        block,
        namesAt + i * Family.STRIDE,
        batch.peerHigh(packet),
        batch.peerLow(packet),
        batch.peerPort(packet));
  }

  /** Makes the first messages ready to be received again: the kernel wrote into them. */
  void renew(int count) {
    for (int i = 0; i < count; i++) {
      block.host().putInt(i * MMSGHDR + NAME_LENGTH, family.length());
      block.host().putInt(i * MMSGHDR + FLAGS, 0);
    }
  }

  /** Returns the octets of received message {@code i}; 0 if it was cut because it did not fit. */
  int received(int i) {
    int message = i * MMSGHDR;
    return (block.host().getInt(message + FLAGS) & MSG_TRUNC) != 0
        ? 0
        : block.host().getInt(message + LENGTH);
  }

  /** Copies the sender of received message {@code i} to the peer of packet {@code i}. */
  void sender(int i, PacketBatch batch) {
    family.read(block, namesAt + i * Family.STRIDE, batch, i);
  }

  /** Returns octet {@code n} of what was delivered apart. */
  int apart(int i, int n) {
    return block.host().get(apartAt + i * APART + n) & 0xFF;
  }

  /** Returns how many octets are delivered apart. */
  int apartOctets() {
    return apartOctets;
  }
}

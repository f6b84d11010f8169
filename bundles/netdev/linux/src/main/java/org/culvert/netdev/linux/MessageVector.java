package org.culvert.netdev.linux;

import org.culvert.api.netdev.PacketBatch;

/**
 * An array of {@code mmsghdr}, with the headers, I/O vectors, socket addresses and control messages
 * it points to, laid out once so that a burst costs a few stores a packet.
 *
 * <p>The one control message that a message may have holds the outer traffic class.
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
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int LENGTH = 56;
  private static final int MSG_TRUNC = 0x20;

  /** {@code struct iovec}, two for each message. */
  private static final int IOVEC = 16;

  private static final int IOVECS = 2 * IOVEC;
  private static final int APART = 32;

  /** {@code struct cmsghdr}: length, level, type, then what is said, with padding. */
  private static final int CMSG = 24;

  private static final int CMSG_LEVEL = 8;
  private static final int CMSG_TYPE = 12;
  private static final int CMSG_DATA = 16;
  private static final int CMSG_WITH_NUMBER = CMSG_DATA + 4;
  private static final int EACH = MMSGHDR + IOVECS + Family.STRIDE + APART + CMSG;

  private final Family family;
  private final Block block;
  private final int apartOctets;
  private final int vectorsAt;
  private final int namesAt;
  private final int apartAt;
  private final int controlsAt;

  /** Lays out messages that carry nothing yet; {@code apartOctets} of each go apart, at most 32. */
  MessageVector(int capacity, Family family, int apartOctets) {
    this.family = family;
    this.apartOctets = apartOctets;
    this.block = Block.of(Math.multiplyExact(capacity, EACH));
    this.vectorsAt = capacity * MMSGHDR;
    this.namesAt = vectorsAt + capacity * IOVECS;
    this.apartAt = namesAt + capacity * Family.STRIDE;
    this.controlsAt = apartAt + capacity * APART;
    int skipped = apartOctets > 0 ? 0 : 1;
    for (int i = 0; i < capacity; i++) {
      int message = i * MMSGHDR;
      int vector = vectorsAt + i * IOVECS;
      int control = controlsAt + i * CMSG;
      block.host().putLong(message + NAME, block.address() + namesAt + i * Family.STRIDE);
      block.host().putInt(message + NAME_LENGTH, family.length());
      block.host().putLong(message + VECTOR, block.address() + vector + skipped * IOVEC);
      block.host().putLong(message + VECTOR_COUNT, 2 - skipped);
      block.host().putLong(message + CONTROL, block.address() + control);
      block.host().putLong(vector, block.address() + apartAt + i * APART);
      block.host().putLong(vector + 8, apartOctets);
    }
  }

  /** Lays out messages that are received into the slots of a batch. */
  static MessageVector receiving(PacketBatch batch, Family family, int apartOctets) {
    MessageVector messages = new MessageVector(batch.capacity(), family, apartOctets);
    for (int i = 0; i < batch.capacity(); i++) {
      messages.carry(i, Block.address(batch) + batch.slot(i), batch.slotSize());
    }
    messages.renew(batch.capacity());
    return messages;
  }

  /** Returns where message {@code i} begins. */
  long address(int i) {
    return block.address() + i * MMSGHDR;
  }

  /** Makes message {@code i} carry the octets at this address. */
  void carry(int i, long address, int length) {
    int vector = vectorsAt + i * IOVECS + IOVEC;
    block.host().putLong(vector, address);
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

  /** Says the outer traffic class of message {@code i}; zero is what a socket says by itself. */
  void trafficClass(int i, int octet) {
    int message = i * MMSGHDR;
    if (octet == 0) {
      block.host().putLong(message + CONTROL_LENGTH, 0);
      return;
    }
    int control = controlsAt + i * CMSG;
    block.host().putLong(message + CONTROL_LENGTH, CMSG);
    block.host().putLong(control, CMSG_WITH_NUMBER);
    block.host().putInt(control + CMSG_LEVEL, family.level());
    block.host().putInt(control + CMSG_TYPE, family.trafficClass());
    block.host().putInt(control + CMSG_DATA, octet);
  }

  /** Returns the outer traffic class of received message {@code i}; 0 if the kernel told none. */
  int trafficClass(int i) {
    int control = controlsAt + i * CMSG;
    // A number or, from IPv4, a single octet; either way the octet is the first.
    return block.host().getLong(i * MMSGHDR + CONTROL_LENGTH) > CMSG_DATA
            && block.host().getInt(control + CMSG_LEVEL) == family.level()
            && block.host().getInt(control + CMSG_TYPE) == family.trafficClass()
        ? block.host().get(control + CMSG_DATA) & 0xFF
        : 0;
  }

  /** Makes the first messages ready to be received: the kernel writes into them. */
  void renew(int count) {
    for (int i = 0; i < count; i++) {
      block.host().putInt(i * MMSGHDR + NAME_LENGTH, family.length());
      block.host().putLong(i * MMSGHDR + CONTROL_LENGTH, CMSG);
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

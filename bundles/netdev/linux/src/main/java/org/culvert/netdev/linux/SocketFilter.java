package org.culvert.netdev.linux;

import java.lang.ref.Reference;

/**
 * A classic BPF program under construction; multi-octet fields load in network byte order.
 *
 * <p>Offsets count from where the socket's packets begin, or from one of the bases below ({@code
 * linux/filter.h}).
 */
final class SocketFilter {
  /** The base of offsets from the IP header on, which the socket itself may not be given. */
  static final int NETWORK = -0x100000;

  /** Where the kernel keeps the type of a packet, as {@code PACKET_LOOPBACK}; 32 bits. */
  static final int PACKET_TYPE = -0x1000 + 4;

  /** Where the kernel keeps the index of the device that a packet came by; 32 bits. */
  static final int DEVICE = -0x1000 + 8;

  private static final int LOAD_8 = 0x30;
  private static final int LOAD_16 = 0x28;
  private static final int LOAD_32 = 0x20;
  private static final int AND = 0x54;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;

  /** {@code struct sock_filter}: code, two jump offsets, operand. */
  private static final int INSTRUCTION = 8;

  /** {@code struct sock_fprog}: count, address. */
  private static final int PROGRAM = 16;

  private final Block block;
  private final int capacity;
  private int count;

  /** Begins a program of exactly so many instructions. */
  SocketFilter(int instructions) {
    this.capacity = instructions;
    this.block = Block.of(PROGRAM + instructions * INSTRUCTION);
    block.host().putShort(0, (short) instructions).putLong(8, block.address() + PROGRAM);
  }

  /** Loads an octet; a packet that has none there makes the whole program return 0. */
  SocketFilter load8(int offset) {
    return add(LOAD_8, 0, offset);
  }

  /** Loads two octets. */
  SocketFilter load16(int offset) {
    return add(LOAD_16, 0, offset);
  }

  /** Loads four octets. */
  SocketFilter load32(int offset) {
    return add(LOAD_32, 0, offset);
  }

  /** Keeps only these bits. */
  SocketFilter and(int mask) {
    return add(AND, 0, mask);
  }

  /** Skips so many instructions unless what was loaded is this. */
  SocketFilter skipUnless(int value, int instructions) {
    return add(JUMP_IF_EQUAL, instructions, value);
  }

  /** Skips so many instructions unless any of these bits is in what was loaded. */
  SocketFilter skipUnlessAny(int bits, int instructions) {
    return add(JUMP_IF_ANY_BIT, instructions, bits);
  }

  /** Skips so many instructions if what was loaded is this. */
  SocketFilter skipIf(int value, int instructions) {
    return add(JUMP_IF_EQUAL, instructions, 0, value);
  }

  /** Skips so many instructions if any of these bits is in what was loaded. */
  SocketFilter skipIfAny(int bits, int instructions) {
    return add(JUMP_IF_ANY_BIT, instructions, 0, bits);
  }

  /** Ends with a result: a length for a filter, an index for a selector. */
  SocketFilter accept(int result) {
    return add(RETURN, 0, result);
  }

  /** Attaches the program, which the kernel copies; false if it refuses. */
  boolean attach(int fd, int option) {
    if (count != capacity) {
      throw new IllegalStateException(count + " instructions of " + capacity);
    }
    int result = Libc.setsockopt(fd, BatchedSocket.SOL_SOCKET, option, block.address(), PROGRAM);
    Reference.reachabilityFence(block);
    return result == 0;
  }

  private SocketFilter add(int code, int ifFalse, int operand) {
    return add(code, 0, ifFalse, operand);
  }

  private SocketFilter add(int code, int ifTrue, int ifFalse, int operand) {
    int at = PROGRAM + count++ * INSTRUCTION;
    block
        .host()
        .putShort(at, (short) code)
        .put(at + 2, (byte) ifTrue)
        .put(at + 3, (byte) ifFalse)
        .putInt(at + 4, operand);
    return this;
  }
}

package org.culvert.netdev.linux;

import java.lang.ref.Reference;

/** A classic BPF program under construction; multi-octet fields load in network byte order. */
final class SocketFilter {
  private static final int LOAD_8 = 0x30;
  private static final int LOAD_16 = 0x28;
  private static final int AND = 0x54;
  private static final int JUMP_IF_EQUAL = 0x15;
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

  /** Keeps only these bits. */
  SocketFilter and(int mask) {
    return add(AND, 0, mask);
  }

  /** Skips so many instructions unless what was loaded is this. */
  SocketFilter skipUnless(int value, int instructions) {
    return add(JUMP_IF_EQUAL, instructions, value);
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
    int at = PROGRAM + count++ * INSTRUCTION;
    block.host().putShort(at, (short) code).put(at + 3, (byte) ifFalse).putInt(at + 4, operand);
    return this;
  }
}

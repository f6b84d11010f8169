package org.culvert.netdev.linux;

import java.lang.ref.Reference;
import org.culvert.api.encapsulation.WireFormat.IpVersion;

/**
 * Shares one UDP port between TSP signaling and data, by a classic BPF program that the kernel runs
 * on a datagram's first payload octet to choose among the sockets bound with {@code SO_REUSEPORT}.
 *
 * <p>Why it needs no agreement between the two sides: the kernel numbers the sockets in the order
 * in which they joined, moves the last one into the place of one that closes, and keeps the program
 * that was attached last. There are two sockets at most, so
 *
 * <ul>
 *   <li>whoever joins is last, hence has index 1 if the other side is there, and attaches "mine to
 *       1, the other's to 0";
 *   <li>an index that no socket has makes the kernel pick among those it has, so a side that is
 *       alone gets everything, whatever the program says;
 *   <li>the side that is left over is index 0, and whoever comes back is last again.
 * </ul>
 *
 * <p>What remains is the moment between joining and attaching, in which the program of the earlier
 * constellation is in force. {@link #attachAlone} closes it for data: the side that is left over
 * attaches "mine to 0, the other's to 1" as soon as the other is gone, which is already right when
 * the other joins again.
 *
 * <p>Data is what begins with the inner packet's version; all else is signaling, not only a first
 * nibble of 15 (RFC 5572 section 4.4.1.2): old little-endian peers write the sequence number in
 * their own byte order, so that the nibble of 15 stands in the fourth octet.
 */
final class ReusePortSelector {
  private static final int SO_REUSEPORT = 15;
  private static final int SO_ATTACH_REUSEPORT_CBPF = 51;

  /** The first payload octet, {@code BPF_LD|BPF_B|BPF_ABS}; a datagram without one yields 0. */
  private static final int LOAD_OCTET = 0x30;

  /** {@code BPF_ALU|BPF_AND|BPF_K}. */
  private static final int AND = 0x54;

  /** {@code BPF_JMP|BPF_JEQ|BPF_K}. */
  private static final int JUMP_IF_EQUAL = 0x15;

  /** {@code BPF_RET|BPF_K}. */
  private static final int RETURN = 0x06;

  /** {@code struct sock_filter}: code, two jump offsets, operand. */
  private static final int INSTRUCTION = 8;

  /** {@code struct sock_fprog}: count, address. */
  private static final int PROGRAM = 16;

  private final int dataNibble;

  ReusePortSelector(IpVersion inner) {
    this.dataNibble = inner == IpVersion.IPV4 ? 0x40 : 0x60;
  }

  /** Lets a socket share its port; before it is bound. */
  static boolean share(int fd) {
    return BatchedSocket.option(fd, BatchedSocket.SOL_SOCKET, SO_REUSEPORT, 1);
  }

  /** Attaches the program of a data socket that has just joined; after it is bound. */
  boolean attachJoined(int fd) {
    return attach(fd, 1, 0);
  }

  /** Attaches the program of a data socket whose signaling side has gone. */
  boolean attachAlone(int fd) {
    return attach(fd, 0, 1);
  }

  private boolean attach(int fd, int data, int signaling) {
    Block block = Block.of(PROGRAM + 5 * INSTRUCTION);
    block.host().putShort(0, (short) 5).putLong(8, block.address() + PROGRAM);
    instruction(block, 0, LOAD_OCTET, 0, 0);
    instruction(block, 1, AND, 0, 0xF0);
    instruction(block, 2, JUMP_IF_EQUAL, 1, dataNibble);
    instruction(block, 3, RETURN, 0, data);
    instruction(block, 4, RETURN, 0, signaling);
    int result =
        Libc.setsockopt(
            fd, BatchedSocket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, block.address(), PROGRAM);
    Reference.reachabilityFence(block);
    return result == 0;
  }

  private static void instruction(Block block, int i, int code, int ifFalse, int operand) {
    int at = PROGRAM + i * INSTRUCTION;
    block.host().putShort(at, (short) code).put(at + 3, (byte) ifFalse).putInt(at + 4, operand);
  }
}

package org.culvert.transport;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import org.culvert.api.netdev.SharedPort;

/**
 * Divides the datagrams of one UDP port between two sockets by the first four bits of the payload:
 * 6 is a tunnelled IPv6 packet, everything else is signaling or noise. Signaling is not only 15
 * (RFC 5572 section 4.4.1.2): clients of 2004 have those bits in the fourth octet.
 *
 * <p>Signaling and the tunnels' data path each bind their own socket to the same address and port
 * with {@code SO_REUSEPORT}. The kernel keeps such sockets in an array and runs a classic BPF
 * program over each datagram, whose result is an index into it. The array has at most two members
 * here and behaves so that nobody needs to know of the other:
 *
 * <ul>
 *   <li>Who joins goes to the end. So the newcomer attaches "mine is index 1, the other's is index
 *       0", which replaces the program of whoever was there before.
 *   <li>Who is alone is at index 0. An index beyond the end falls back to a choice among the
 *       members, that is, to the only one.
 *   <li>When one leaves, the other moves to, or stays at, index 0. When the leaver comes back, it
 *       is a newcomer at index 1 again.
 * </ul>
 *
 * <p>The program must be attached after binding, for before it the socket is not in the array, and
 * nobody else may join in between ({@link SharedPort}). Between the two calls the old program is in
 * force, and datagrams of the newcomer's kind may reach it early and the other's may go astray;
 * that is a matter of microseconds.
 */
final class FirstOctetSelector {
  /** The version of IPv6, in the high bits of the first octet. */
  private static final int IPV6 = 0x60;

  private static final int SOL_SOCKET = 1;
  private static final int SO_ATTACH_REUSEPORT_CBPF = 51;

  /** struct sock_filter: 16 bits of code, two jump offsets of 8, an operand of 32. */
  private static final int INSTRUCTION_LENGTH = 8;

  private static final short LOAD_OCTET_AT = 0x30;
  private static final short AND = 0x54;
  private static final short JUMP_IF_EQUAL = 0x15;
  private static final short RETURN = 0x06;

  private FirstOctetSelector() {}

  /**
   * Attaches the selector of a newcomer to a bound socket.
   *
   * @param mineIsSignaling whether the newcomer takes signaling, or tunnelled packets
   * @throws ChannelException if the kernel refuses
   */
  static void attach(DatagramChannel newcomer, boolean mineIsSignaling) {
    int signaling = mineIsSignaling ? 1 : 0;
    ByteBuffer program = Buffer.allocateDirectWithNativeOrder(5 * INSTRUCTION_LENGTH);
    // struct sock_fprog: a count of 16 bits and, aligned to its own size, a pointer. This holds on
    // every architecture that the native transport exists for, all of them with 64-bit pointers.
    int pointerLength = Buffer.addressSize();
    ByteBuffer argument = Buffer.allocateDirectWithNativeOrder(2 * pointerLength);
    try {
      instruction(program, LOAD_OCTET_AT, 0, 0, 0);
      instruction(program, AND, 0, 0, 0xF0);
      instruction(program, JUMP_IF_EQUAL, 0, 1, IPV6);
      instruction(program, RETURN, 0, 0, 1 - signaling);
      instruction(program, RETURN, 0, 0, signaling);
      argument.putShort(0, (short) 5);
      if (pointerLength == Long.BYTES) {
        argument.putLong(pointerLength, Buffer.memoryAddress(program));
      } else {
        argument.putInt(pointerLength, (int) Buffer.memoryAddress(program));
      }
      // The kernel copies the program during the call.
      newcomer
          .config()
          .setOption(
              new RawUnixChannelOption(
                  "SO_ATTACH_REUSEPORT_CBPF",
                  SOL_SOCKET,
                  SO_ATTACH_REUSEPORT_CBPF,
                  argument.remaining()),
              argument);
    } finally {
      Buffer.free(argument);
      Buffer.free(program);
    }
  }

  private static void instruction(
      ByteBuffer program, short code, int whenTrue, int whenFalse, int operand) {
    program.putShort(code).put((byte) whenTrue).put((byte) whenFalse).putInt(operand);
  }
}

package org.culvert.netdev.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.culvert.api.netdev.PacketBatch;

/**
 * Memory off the heap whose address is known.
 *
 * <p>Fields are read and written through buffers, which the compiler turns into plain loads and
 * stores; the address goes into system calls. The memory lives as long as this object is reachable.
 *
 * @param host the memory in the machine's byte order
 * @param network the same memory in network byte order
 * @param address where it begins
 */
record Block(ByteBuffer host, ByteBuffer network, long address) {

  /** Allocates octets that are all zero. */
  static Block of(int octets) {
    ByteBuffer memory = ByteBuffer.allocateDirect(octets);
    return new Block(memory.order(ByteOrder.nativeOrder()), memory.duplicate(), address(memory));
  }

  /** Returns where a batch's memory begins, which is worked out once for each batch. */
  static long address(PacketBatch batch) {
    long known = batch.address();
    if (known != 0) {
      return known;
    }
    long address = address(batch.memory());
    batch.address(address);
    return address;
  }

  /** Returns where a direct buffer's memory begins, whatever its position. */
  static long address(ByteBuffer direct) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(direct.duplicate().rewind()));
  }
}

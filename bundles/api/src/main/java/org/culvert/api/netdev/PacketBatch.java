package org.culvert.api.netdev;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.culvert.api.net.IpAddresses;

/**
 * A burst of packets in one block of memory off the heap, the unit in which packets move.
 *
 * <p>A batch has a fixed number of slots. Each used slot holds one packet at {@link #offset} with
 * {@link #length} octets, and the outer peer that it came from or goes to. A packet is dropped by
 * setting its length to 0; devices and sockets skip such slots. The batch belongs to the thread of
 * the path that made it, and nothing that receives it may keep it after the call.
 */
public final class PacketBatch {
  private final ByteBuffer memory;
  private final int slotSize;
  private final int[] offsets;
  private final int[] lengths;
  private final long[] peerHigh;
  private final long[] peerLow;
  private final int[] peerPort;
  private final byte[] trafficClass;
  private final boolean[] whole;
  private final SendRefusal[] refusals;

  /** Whether any packet is marked as refused. */
  private boolean refused;

  private long address;
  private int size;

  /** Allocates a batch; slots are {@code slotSize} octets each, which bounds a packet's length. */
  public PacketBatch(int capacity, int slotSize) {
    this.memory = ByteBuffer.allocateDirect(capacity * slotSize);
    this.slotSize = slotSize;
    this.offsets = new int[capacity];
    this.lengths = new int[capacity];
    this.peerHigh = new long[capacity];
    this.peerLow = new long[capacity];
    this.peerPort = new int[capacity];
    this.trafficClass = new byte[capacity];
    this.whole = new boolean[capacity];
    this.refusals = new SendRefusal[capacity];
    Arrays.fill(refusals, SendRefusal.NONE);
  }

  /** Returns the whole memory in network byte order; use absolute access only. */
  public ByteBuffer memory() {
    return memory;
  }

  /**
   * Returns where the memory begins for system calls, as the first device or socket that worked it
   * out said; 0 if none did yet.
   */
  public long address() {
    return address;
  }

  /** Says where the memory begins for system calls; each device and socket says the same. */
  public void address(long begin) {
    this.address = begin;
  }

  /** Returns how many packets the batch can hold. */
  public int capacity() {
    return offsets.length;
  }

  /** Returns how many octets a slot can hold. */
  public int slotSize() {
    return slotSize;
  }

  /** Returns where slot {@code i} begins in the memory. */
  public int slot(int i) {
    return i * slotSize;
  }

  /** Returns the number of used slots, dropped ones included. */
  public int size() {
    return size;
  }

  /** Sets the number of used slots. */
  public void size(int used) {
    this.size = used;
  }

  /** Returns where packet {@code i} begins in the memory. */
  public int offset(int i) {
    return offsets[i];
  }

  /** Returns the octets of packet {@code i}; 0 if it was dropped. */
  public int length(int i) {
    return lengths[i];
  }

  /** Says where packet {@code i} lies, inside its slot. */
  public void packet(int i, int offset, int length) {
    offsets[i] = offset;
    lengths[i] = length;
  }

  /** Drops packet {@code i}. */
  public void drop(int i) {
    lengths[i] = 0;
  }

  /** Returns the upper 64 bits of the outer peer's address; 0 for IPv4. */
  public long peerHigh(int i) {
    return peerHigh[i];
  }

  /** Returns the lower 64 bits of the outer peer's address, or the 32 bits of an IPv4 one. */
  public long peerLow(int i) {
    return peerLow[i];
  }

  /** Returns the outer peer's port; 0 where there is none. */
  public int peerPort(int i) {
    return peerPort[i];
  }

  /** Sets the outer peer of packet {@code i}; for IPv4, {@code high} is 0. */
  public void peer(int i, long high, long low, int port) {
    peerHigh[i] = high;
    peerLow[i] = low;
    peerPort[i] = port;
  }

  /**
   * Returns the octet of the outer header that holds packet {@code i}'s differentiated services
   * code point and congestion notification, 0 to 255: type of service in IPv4 (RFC 2474, RFC 3168),
   * traffic class in IPv6.
   */
  public int trafficClass(int i) {
    return trafficClass[i] & 0xFF;
  }

  /** Sets that octet. Sockets set it when they receive; before sending, the sender sets it. */
  public void trafficClass(int i, int octet) {
    trafficClass[i] = (byte) octet;
  }

  /** Tells whether the outer packet may not be cut, neither here nor on its way. */
  public boolean isWhole(int i) {
    return whole[i];
  }

  /** Says whether the outer packet may not be cut; before sending, the sender says so. */
  public void whole(int i, boolean uncut) {
    whole[i] = uncut;
  }

  /**
   * Returns why the operating system refused to send packet {@code i} in the last call that sent
   * packets of this batch; {@link SendRefusal#NONE} if it did not refuse it. To be asked only if
   * that call says that packets did not leave.
   */
  public SendRefusal refusal(int i) {
    return refusals[i];
  }

  /** Marks packet {@code i} as refused; sockets do so while they send. */
  public void refuse(int i, SendRefusal why) {
    refusals[i] = why;
    refused = true;
  }

  /** Takes all such marks away; sockets do so before they send. Costs nothing if there is none. */
  public void forgetRefusals() {
    if (refused) {
      Arrays.fill(refusals, SendRefusal.NONE);
      refused = false;
    }
  }

  /** Returns the upper half of an address as {@link #peer} wants it. */
  public static long high(InetAddress address) {
    byte[] octets = address.getAddress();
    return octets.length == 4 ? 0 : ByteBuffer.wrap(octets).getLong(0);
  }

  /** Returns the lower half of an address as {@link #peer} wants it. */
  public static long low(InetAddress address) {
    byte[] octets = address.getAddress();
    ByteBuffer buffer = ByteBuffer.wrap(octets);
    return octets.length == 4 ? buffer.getInt(0) & 0xFFFFFFFFL : buffer.getLong(8);
  }

  /** Returns the outer peer of packet {@code i} as an object, for tests and messages. */
  public InetSocketAddress peerAddress(int i) {
    ByteBuffer octets;
    if (peerHigh[i] == 0 && (peerLow[i] >>> 32) == 0) {
      octets = ByteBuffer.allocate(4).putInt((int) peerLow[i]);
    } else {
      octets = ByteBuffer.allocate(16).putLong(peerHigh[i]).putLong(peerLow[i]);
    }
    return new InetSocketAddress(IpAddresses.of(octets.array()), peerPort[i]);
  }
}

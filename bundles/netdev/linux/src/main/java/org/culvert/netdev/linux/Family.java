package org.culvert.netdev.linux;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.culvert.api.netdev.PacketBatch;

/** An address family with the layout of its socket address. */
enum Family {
  /** {@code sockaddr_in}: family, port, 4 octets. */
  IPV4(2, 16, 4, 0, 1, 13),
  /** {@code sockaddr_in6}: family, port, flow, 16 octets, scope. */
  IPV6(10, 28, 8, 41, 67, 66);

  /** Room for either, aligned. */
  static final int STRIDE = 32;

  private static final int PORT = 2;

  private final int number;
  private final int length;
  private final int addressAt;
  private final int level;
  private final int trafficClass;
  private final int receiveTrafficClass;

  Family(
      int number, int length, int addressAt, int level, int trafficClass, int receiveTrafficClass) {
    this.number = number;
    this.length = length;
    this.addressAt = addressAt;
    this.level = level;
    this.trafficClass = trafficClass;
    this.receiveTrafficClass = receiveTrafficClass;
  }

  static Family of(InetAddress address) {
    return address instanceof Inet4Address ? IPV4 : IPV6;
  }

  /** Returns the kernel's number of the family. */
  int number() {
    return number;
  }

  /** Returns the length of its socket address in octets. */
  int length() {
    return length;
  }

  /** Returns the level of the family's socket options and control messages. */
  int level() {
    return level;
  }

  /** Returns the control message that holds a traffic class: IP_TOS, IPV6_TCLASS. */
  int trafficClass() {
    return trafficClass;
  }

  /** Returns the option that asks for it: IP_RECVTOS, IPV6_RECVTCLASS. */
  int receiveTrafficClass() {
    return receiveTrafficClass;
  }

  /** Writes a socket address whose halves are those of a {@link PacketBatch}'s peer. */
  void write(Block block, int at, long high, long low, int port) {
    block.host().putShort(at, (short) number);
    block.network().putShort(at + PORT, (short) port);
    if (this == IPV4) {
      block.network().putInt(at + addressAt, (int) low);
    } else {
      block.network().putLong(at + addressAt, high);
      block.network().putLong(at + addressAt + 8, low);
    }
  }

  /** Reads a socket address into the peer of packet {@code i}. */
  void read(Block block, int at, PacketBatch batch, int i) {
    int port = block.network().getShort(at + PORT) & 0xFFFF;
    if (this == IPV4) {
      batch.peer(i, 0, block.network().getInt(at + addressAt) & 0xFFFFFFFFL, port);
    } else {
      long high = block.network().getLong(at + addressAt);
      batch.peer(i, high, block.network().getLong(at + addressAt + 8), port);
    }
  }

  /** Returns a socket address in memory of its own. */
  static Block socketAddress(InetSocketAddress address) {
    Block block = Block.of(STRIDE);
    InetAddress ip = address.getAddress();
    of(ip).write(block, 0, PacketBatch.high(ip), PacketBatch.low(ip), address.getPort());
    return block;
  }
}

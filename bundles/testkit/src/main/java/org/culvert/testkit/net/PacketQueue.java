package org.culvert.testkit.net;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.culvert.api.netdev.PacketBatch;
import org.jspecify.annotations.Nullable;

/** What waits to be received: blocks while there is nothing, and ends when closed. */
final class PacketQueue {
  private static final int ROOM = 10_000;

  private record Waiting(byte[] packet, @Nullable InetSocketAddress peer, int trafficClass) {}

  private final Queue<Waiting> packets = new ArrayDeque<>();
  private boolean closed;

  /** Adds a packet; returns false if there is no room, or nobody will ever take it. */
  boolean add(byte[] packet, @Nullable InetSocketAddress peer) {
    return add(packet, peer, 0);
  }

  /** Adds a packet that came with an outer traffic class. */
  synchronized boolean add(byte[] packet, @Nullable InetSocketAddress peer, int trafficClass) {
    if (closed || packets.size() >= ROOM) {
      return false;
    }
    packets.add(new Waiting(packet.clone(), peer, trafficClass));
    notifyAll();
    return true;
  }

  /** Does what {@code receive} of devices and sockets promises. */
  synchronized boolean receive(PacketBatch batch) {
    batch.size(0);
    try {
      while (packets.isEmpty() && !closed) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    if (closed) {
      return false;
    }
    for (int i = 0; i < batch.capacity() && !packets.isEmpty(); i++) {
      Waiting next = packets.remove();
      int length = Math.min(next.packet.length, batch.slotSize());
      batch.memory().put(batch.slot(i), next.packet, 0, length);
      batch.packet(i, batch.slot(i), length);
      batch.trafficClass(i, next.trafficClass);
      if (next.peer != null) {
        batch.peer(
            i,
            PacketBatch.high(next.peer.getAddress()),
            PacketBatch.low(next.peer.getAddress()),
            next.peer.getPort());
      }
      batch.size(i + 1);
    }
    return true;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Returns packet {@code i} of a batch as an array. */
  static byte[] copy(PacketBatch batch, int i) {
    byte[] packet = new byte[batch.length(i)];
    batch.memory().get(batch.offset(i), packet);
    return packet;
  }
}

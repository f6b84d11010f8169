package org.culvert.testkit.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SendRefusal;
import org.jspecify.annotations.Nullable;

/**
 * An outer network in memory: hosts on public addresses, and hosts behind NATs.
 *
 * <p>A packet is delivered within the call that sends it. Safe for use by many threads.
 */
public final class InMemoryNetwork {

  /**
   * A packet that crossed the network, as a capture on the public side shows it.
   *
   * @param trafficClass that of the outer header
   * @param whole whether the outer header forbids to cut it
   */
  public record Crossing(
      WireFormat wire,
      InetSocketAddress source,
      InetSocketAddress destination,
      byte[] packet,
      int trafficClass,
      boolean whole) {}

  record Bound(WireFormat wire, InetSocketAddress local) {}

  private final Map<Bound, PacketQueue> sockets = new ConcurrentHashMap<>();
  private final Map<InetAddress, PacketQueue> reports = new ConcurrentHashMap<>();
  private final Map<InetAddress, InMemoryNat> nats = new ConcurrentHashMap<>();
  private final Map<InetAddress, SendRefusal> refusals = new ConcurrentHashMap<>();
  private final List<Crossing> capture = new CopyOnWriteArrayList<>();

  /** Returns the sockets of a host with these public addresses. */
  public OuterSockets host(String... addresses) {
    return host(Arrays.asList(addresses), null);
  }

  /** Returns the sockets of a host with this private address behind a NAT. */
  public OuterSockets hostBehind(InMemoryNat nat, String address) {
    return host(List.of(address), nat);
  }

  private OuterSockets host(List<String> addresses, @Nullable InMemoryNat nat) {
    List<InetAddress> own = addresses.stream().map(IpAddresses::parse).toList();
    return new OuterSockets() {
      @Override
      public OuterSocket open(WireFormat wire, InetSocketAddress local) throws IOException {
        refuseUnlessOwn(local.getAddress());
        return new Socket(new Bound(wire, local), nat);
      }

      @Override
      public OuterSocket openErrors(InetAddress local) throws IOException {
        refuseUnlessOwn(local);
        return new Reports(local);
      }

      private void refuseUnlessOwn(InetAddress address) throws IOException {
        if (!own.contains(address)) {
          throw new IOException("this host has no address " + IpAddresses.text(address));
        }
      }
    };
  }

  /** Makes a NAT with this public address. */
  public InMemoryNat nat(String address) {
    InMemoryNat nat = new InMemoryNat(IpAddresses.parse(address));
    nats.put(nat.outside(), nat);
    return nat;
  }

  /** Lets a packet arrive from wherever it says that it comes from, as a forger would. */
  public void forge(
      WireFormat wire, InetSocketAddress source, InetSocketAddress destination, byte[] packet) {
    carry(new Crossing(wire, source, destination, packet.clone(), 0, false));
  }

  /** Lets an ICMP error arrive at a host, from wherever it says that it comes from. */
  public void report(InetAddress router, InetAddress destination, byte[] message) {
    PacketQueue queue = reports.get(destination);
    if (queue != null) {
      queue.add(message, new InetSocketAddress(router, 0));
    }
  }

  /** Lets a packet cross, with all that its outer header says. */
  public void carry(Crossing crossing) {
    WireFormat wire = crossing.wire();
    InetSocketAddress source = crossing.source();
    InetSocketAddress destination = crossing.destination();
    capture.add(crossing);
    InMemoryNat nat = nats.get(destination.getAddress());
    InetSocketAddress to = nat == null ? destination : nat.inward(wire, source, destination);
    PacketQueue queue = to == null ? null : sockets.get(new Bound(wire, to));
    if (queue != null) {
      queue.add(crossing.packet(), source, crossing.trafficClass());
    }
  }

  /**
   * Has the operating systems of all hosts refuse to send packets to an address, until {@link
   * SendRefusal#NONE} says that they send them again.
   */
  public void refuse(String address, SendRefusal why) {
    refusals.put(IpAddresses.parse(address), why);
  }

  /** Returns all that crossed the network so far. */
  public List<Crossing> capture() {
    return List.copyOf(capture);
  }

  /** Tells whether a socket is bound to this address and port. */
  public boolean isBound(WireFormat wire, InetSocketAddress local) {
    return sockets.containsKey(new Bound(wire, local));
  }

  /** Returns how many sockets are open. */
  public int openSockets() {
    return sockets.size();
  }

  private final class Socket implements OuterSocket {
    private final Bound bound;
    private final @Nullable InMemoryNat nat;
    private final PacketQueue queue = new PacketQueue();

    Socket(Bound bound, @Nullable InMemoryNat nat) throws IOException {
      this.bound = bound;
      this.nat = nat;
      if (sockets.putIfAbsent(bound, queue) != null) {
        throw new IOException("address in use: " + bound.local());
      }
    }

    @Override
    public boolean receive(PacketBatch batch) {
      return queue.receive(batch);
    }

    @Override
    public int send(PacketBatch batch, int from, int to) throws IOException {
      if (sockets.get(bound) != queue) {
        throw new IOException("closed");
      }
      batch.forgetRefusals();
      int refused = 0;
      for (int i = from; i < to; i++) {
        if (batch.length(i) > 0) {
          InetSocketAddress peer = batch.peerAddress(i);
          SendRefusal why = refusals.getOrDefault(peer.getAddress(), SendRefusal.NONE);
          if (why != SendRefusal.NONE) {
            batch.refuse(i, why);
            refused++;
            continue;
          }
          InetSocketAddress source =
              nat == null ? bound.local() : nat.outward(bound.wire(), bound.local(), peer);
          byte[] packet = PacketQueue.copy(batch, i);
          carry(
              new Crossing(
                  bound.wire(), source, peer, packet, batch.trafficClass(i), batch.isWhole(i)));
        }
      }
      return refused;
    }

    @Override
    public void close() {
      sockets.remove(bound, queue);
      queue.close();
    }
  }

  private final class Reports implements OuterSocket {
    private final InetAddress local;
    private final PacketQueue queue = new PacketQueue();

    Reports(InetAddress local) {
      this.local = local;
      reports.put(local, queue);
    }

    @Override
    public boolean receive(PacketBatch batch) {
      return queue.receive(batch);
    }

    @Override
    public int send(PacketBatch batch, int from, int to) throws IOException {
      throw new IOException("nothing can be sent here");
    }

    @Override
    public void close() {
      reports.remove(local, queue);
      queue.close();
    }
  }
}

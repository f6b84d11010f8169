package org.culvert.datapath.userspace;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier.IpProtocol;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SendRefusal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One outer socket with the tunnels that share it and the thread that reads it.
 *
 * <p>Its table of outer endpoints is swapped between two bursts.
 */
final class OuterPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OuterPort.class);

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Tells ports apart: what they carry, and where they are bound. */
  record Key(WireFormat wire, InetSocketAddress local) {}

  /** What the reader knows, swapped whole. */
  private record Known(KeyTable<Tunnel> endpoints, OwnAddresses own) {}

  private final Key key;
  private final long localHigh;
  private final long localLow;
  private final int protocol;
  private final OuterSocket socket;
  private final Device device;
  private final PacketBatch batch;
  private final SentPackets sent;
  private final MergedSegments merged = new MergedSegments();

  /** Whose each packet of the burst is. */
  private final @Nullable Tunnel[] whose;

  /** One packet of this end's own; guarded by this object's lock. */
  private final PacketBatch single;

  private final Tally strangers = new Tally();
  private Thread reader;
  private volatile Optional<String> failure = Optional.empty();
  private volatile boolean closed;
  private volatile Known known = new Known(new KeyTable<>(0), OwnAddresses.NONE);

  /**
   * Takes over the socket.
   *
   * @param device the one that tunnels share
   * @param sent is told of each packet that leaves
   */
  OuterPort(Key key, OuterSocket socket, Device device, PacketBatch batch, SentPackets sent) {
    this.key = key;
    this.localHigh = PacketBatch.high(key.local().getAddress());
    this.localLow = PacketBatch.low(key.local().getAddress());
    this.protocol = key.wire().carrier() instanceof IpProtocol ip ? ip.number() : UpperLayer.UDP;
    this.socket = socket;
    this.device = device;
    this.batch = batch;
    this.sent = sent;
    this.single = new PacketBatch(1, batch.slotSize());
    this.whose = new Tunnel[batch.capacity()];
    this.reader = reader();
  }

  private Thread reader() {
    Thread thread = new Thread(this::read, "culvert-outer-" + name());
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to read; guarded by the lock of the forwarding, like {@link #restore}. */
  void start() {
    reader.start();
  }

  /** Reads again, if reading has failed. */
  void restore() {
    if (failure.isEmpty() || closed) {
      return;
    }
    Threads.join(reader);
    failure = Optional.empty();
    reader = reader();
    reader.start();
    LOG.info("Outer socket {} is read again", name());
  }

  /** Returns why the socket is not read any more; empty while it is. */
  Optional<String> failure() {
    return failure;
  }

  Key key() {
    return key;
  }

  Device device() {
    return device;
  }

  Tally strangers() {
    return strangers;
  }

  /** Makes these the tunnels of the port. No two may have the same other end. */
  void tunnels(Collection<Tunnel> tunnels, OwnAddresses own) {
    KeyTable<Tunnel> table = new KeyTable<>(tunnels.size());
    for (Tunnel tunnel : tunnels) {
      table.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
    }
    known = new Known(table, own);
  }

  /** Returns what left, from here and from others. */
  SentPackets sentPackets() {
    return sent;
  }

  /** Tells whether a report is about a packet that may have been sent from here. */
  boolean sent(PathReport report) {
    return report.isFrom(localHigh, localLow, key.local().getPort(), protocol);
  }

  /** Finds the tunnel with this other end. */
  @Nullable Tunnel tunnel(long high, long low, int port) {
    return known.endpoints().get(high, low, port);
  }

  /**
   * Sends a run of packets. The device's thread and injected packets share the socket, one burst at
   * a time.
   *
   * @return how many packets did not leave; those that were refused are marked in the batch
   */
  synchronized int send(PacketBatch burst, int from, int to) {
    // Before they are sent, for a report may be here before the call returns.
    sent.add(burst, from, to);
    try {
      return socket.send(burst, from, to);
    } catch (IOException e) {
      // The port is being closed, or the network is down: either way the burst is lost, as bursts
      // are, and the next one will tell again.
      burst.forgetRefusals();
      return to - from;
    }
  }

  /**
   * Sends one packet of this end's own into a tunnel, and counts it there.
   *
   * @param whole whether nobody may cut it on its way
   * @return false if it was not sent
   */
  synchronized boolean send(Tunnel tunnel, ByteBuffer packet, boolean whole) {
    int length = packet.remaining();
    if (length > single.slotSize()) {
      return false;
    }
    single.memory().put(0, packet, packet.position(), length);
    single.packet(0, 0, length);
    single.peer(0, tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort);
    single.whole(0, whole);
    single.size(1);
    boolean sent = send(single, 0, 1) == 0;
    if (!sent && single.refusal(0) != SendRefusal.NONE) {
      tunnel.countInjectionRefused(single.refusal(0));
    } else {
      tunnel.countInjected(length);
    }
    return sent;
  }

  private void read() {
    boolean told = false;
    while (!closed) {
      try {
        if (!socket.receive(batch)) {
          return;
        }
        told = false;
        Known now = known;
        Inbound.examine(batch, now.endpoints(), now.own(), strangers, whose);
        deliver();
      } catch (IOException e) {
        // A network that is down comes back, and tunnels must not be deaf then.
        if (!told && !closed) {
          LOG.warn("Outer socket {} cannot be read now: {}", name(), e.getMessage());
        }
        told = true;
        LockSupport.parkNanos(PAUSE_NANOS);
      } catch (RuntimeException | Error e) {
        // Its tunnels would be deaf and look as if they were up.
        failure = Optional.of("outer socket " + name() + " can no longer be read: " + e);
        LOG.warn("Outer socket {} can no longer be read", name(), e);
        return;
      }
    }
  }

  /**
   * Hands packets that follow one another to the same device on together. A dropped packet ends no
   * run: devices skip it. Merged segments end it.
   */
  private void deliver() {
    int from = 0;
    Device to = device;
    for (int i = 0; i < batch.size(); i++) {
      Tunnel tunnel = whose[i];
      if (tunnel == null || batch.length(i) == 0) {
        continue;
      }
      boolean apart = MergedSegments.areIn(batch, i, tunnel.isIpv4);
      if (apart || tunnel.device != to) {
        to.send(batch, from, i);
        from = i;
        to = tunnel.device;
      }
      if (apart) {
        merged.send(batch, i, tunnel);
        from = i + 1;
      }
    }
    to.send(batch, from, batch.size());
  }

  private String name() {
    return IpAddresses.text(key.local().getAddress())
        + (key.local().getPort() == 0 ? "" : ":" + key.local().getPort());
  }

  /** Closes the socket and waits for the reader, so that the address is free afterwards. */
  @Override
  public void close() {
    closed = true;
    socket.close();
    LockSupport.unpark(reader);
    Threads.join(reader);
  }
}

package org.culvert.datapath.userspace;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
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
  private final OuterSocket socket;
  private final Device device;
  private final PacketBatch batch;
  private final Tally strangers = new Tally();
  private final Thread reader;
  private volatile boolean closed;
  private volatile Known known = new Known(new KeyTable<>(0), OwnAddresses.NONE);

  OuterPort(Key key, OuterSocket socket, Device device, PacketBatch batch) {
    this.key = key;
    this.socket = socket;
    this.device = device;
    this.batch = batch;
    this.reader = new Thread(this::read, "culvert-outer-" + name());
    this.reader.setDaemon(true);
  }

  void start() {
    reader.start();
  }

  Key key() {
    return key;
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

  /**
   * Sends a run of packets. The device's thread and injected packets share the socket, one burst at
   * a time.
   *
   * @return how many packets there was no room for
   */
  synchronized int send(PacketBatch burst, int from, int to) {
    try {
      return socket.send(burst, from, to);
    } catch (IOException e) {
      // The port is being closed, or the network is down: either way the burst is lost, as bursts
      // are, and the next one will tell again.
      return to - from;
    }
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
        Inbound.examine(batch, now.endpoints(), now.own(), strangers);
        device.send(batch);
      } catch (IOException e) {
        // A network that is down comes back, and tunnels must not be deaf then.
        if (!told && !closed) {
          LOG.warn("Outer socket {} cannot be read now: {}", name(), e.getMessage());
        }
        told = true;
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
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

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

  /**
   * What the reader knows, swapped whole.
   *
   * @param mixed whether some of the tunnels have a device of their own
   */
  private record Known(KeyTable<Tunnel> endpoints, OwnAddresses own, boolean mixed) {}

  private final Key key;
  private final OuterSocket socket;
  private final Device device;
  private final PacketBatch batch;

  /** Whose each packet of the burst is, where tunnels have several devices. */
  private final @Nullable Tunnel[] whose;

  private final Tally strangers = new Tally();
  private final Thread reader;
  private volatile boolean closed;
  private volatile Known known = new Known(new KeyTable<>(0), OwnAddresses.NONE, false);

  /** Takes over the socket; {@code device} is the one that tunnels share. */
  OuterPort(Key key, OuterSocket socket, Device device, PacketBatch batch) {
    this.key = key;
    this.socket = socket;
    this.device = device;
    this.batch = batch;
    this.whose = new Tunnel[batch.capacity()];
    this.reader = new Thread(this::read, "culvert-outer-" + name());
    this.reader.setDaemon(true);
  }

  void start() {
    reader.start();
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
    boolean mixed = false;
    for (Tunnel tunnel : tunnels) {
      table.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
      mixed |= tunnel.device != device;
    }
    known = new Known(table, own, mixed);
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
        if (now.mixed()) {
          Inbound.examine(batch, now.endpoints(), now.own(), strangers, whose);
          deliver();
        } else {
          Inbound.examine(batch, now.endpoints(), now.own(), strangers);
          device.send(batch);
        }
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

  /**
   * Hands packets that follow one another to the same device on together. A dropped packet ends no
   * run: devices skip it.
   */
  private void deliver() {
    int from = 0;
    Device to = device;
    for (int i = 0; i < batch.size(); i++) {
      Tunnel tunnel = whose[i];
      if (tunnel == null || batch.length(i) == 0 || tunnel.device == to) {
        continue;
      }
      to.send(batch, from, i);
      from = i;
      to = tunnel.device;
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

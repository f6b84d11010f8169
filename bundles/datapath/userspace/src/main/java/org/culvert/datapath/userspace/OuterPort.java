package org.culvert.datapath.userspace;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One outer socket with the tunnels that share it and the thread that reads it.
 *
 * <p>Its table of outer endpoints is swapped whole, between two bursts.
 */
final class OuterPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OuterPort.class);

  /** Tells ports apart: what they carry, and where they are bound. */
  record Key(WireFormat wire, InetSocketAddress local) {}

  private final Key key;
  private final OuterSocket socket;
  private final Device device;
  private final PacketBatch batch;
  private final Tally strangers = new Tally();
  private final Thread reader;
  private volatile KeyTable<Tunnel> endpoints = new KeyTable<>(0);

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
  void tunnels(Collection<Tunnel> tunnels) {
    KeyTable<Tunnel> table = new KeyTable<>(tunnels.size());
    for (Tunnel tunnel : tunnels) {
      table.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
    }
    endpoints = table;
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
    try {
      while (socket.receive(batch)) {
        Inbound.examine(batch, endpoints, strangers);
        device.send(batch);
      }
    } catch (IOException e) {
      LOG.warn("Outer socket {} can no longer be read: {}", name(), e.getMessage());
    }
  }

  private String name() {
    return IpAddresses.text(key.local().getAddress())
        + (key.local().getPort() == 0 ? "" : ":" + key.local().getPort());
  }

  /** Closes the socket and waits for the reader, so that the address is free afterwards. */
  @Override
  public void close() {
    socket.close();
    Threads.join(reader);
  }
}

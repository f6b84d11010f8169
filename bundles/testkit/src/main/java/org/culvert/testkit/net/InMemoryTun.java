package org.culvert.testkit.net;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;

/**
 * A TUN device in memory. A test stands where the operating system does: it pushes packets in and
 * takes what comes out. Echo requests to the device's own addresses are answered, as a kernel does.
 */
public final class InMemoryTun implements TunDevice {
  private static final long PATIENCE_SECONDS = 10;

  private final String name;
  private final int mtu;
  private final Consumer<InMemoryTun> whenClosed;
  private final PacketQueue toReceiver = new PacketQueue();
  private final BlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
  private volatile Optional<DeviceConfiguration> configuration = Optional.empty();
  private volatile boolean deaf;
  private volatile boolean removed;

  InMemoryTun(String name, int mtu, Consumer<InMemoryTun> whenClosed) {
    this.name = name;
    this.mtu = mtu;
    this.whenClosed = whenClosed;
  }

  /** Removes the device behind its owner's back, as an operator might. */
  public void remove() {
    removed = true;
    close();
  }

  /** Lets the operating system route a packet into the device. */
  public void push(byte[] packet) {
    if (!toReceiver.add(packet, null)) {
      throw new AssertionError(name + " is closed or full");
    }
  }

  /** Waits for the next packet that comes out to the operating system. */
  public byte[] next() throws InterruptedException {
    byte[] packet = came.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (packet == null) {
      throw new AssertionError("nothing came out of " + name);
    }
    return packet;
  }

  /** Takes all that has come out and was not taken yet. */
  public List<byte[]> drain() {
    List<byte[]> packets = new ArrayList<>();
    came.drainTo(packets);
    return packets;
  }

  /** Answers no echo request from now on, as a host that has crashed. */
  public void deaf(boolean deaf) {
    this.deaf = deaf;
  }

  /** Returns what the device was last given. */
  public DeviceConfiguration configuration() {
    return configuration.orElseThrow(() -> new AssertionError(name + " was never configured"));
  }

  /** Returns the MTU that the device was made with. */
  public int mtu() {
    return mtu;
  }

  /** Returns what it was last given; empty if it was never configured. */
  Optional<DeviceConfiguration> present() {
    return configuration;
  }

  /** Tells whether it has a route to exactly this destination. */
  boolean leadsTo(IpPrefix destination) {
    return configuration
        .map(
            now -> now.routes().contains(destination) || now.fallbackRoutes().contains(destination))
        .orElse(false);
  }

  /** Tells whether it has a route, or a fallback route, to exactly this destination. */
  boolean has(IpPrefix destination, boolean fallback) {
    return configuration
        .map(now -> (fallback ? now.fallbackRoutes() : now.routes()).contains(destination))
        .orElse(false);
  }

  void configure(DeviceConfiguration wanted) {
    configuration = Optional.of(wanted);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean receive(PacketBatch batch) throws IOException {
    boolean open = toReceiver.receive(batch);
    refuseIfRemoved();
    return open;
  }

  private void refuseIfRemoved() throws IOException {
    if (removed) {
      throw new IOException(name + " was removed");
    }
  }

  @Override
  public int send(PacketBatch batch, int from, int to) throws IOException {
    refuseIfRemoved();
    for (int i = from; i < to; i++) {
      if (batch.length(i) > 0) {
        byte[] packet = PacketQueue.copy(batch, i);
        came.add(packet);
        if (!deaf) {
          answer(packet);
        }
      }
    }
    return 0;
  }

  private void answer(byte[] packet) {
    if (Packets.isEchoRequest(packet) && isOwn(Packets.destination(packet))) {
      toReceiver.add(Packets.echoReplyTo(packet), null);
    } else if (Ipv4Packets.isEchoRequest(packet) && isOwn(Ipv4Packets.destination(packet))) {
      toReceiver.add(Ipv4Packets.echoReplyTo(packet), null);
    }
  }

  private boolean isOwn(InetAddress address) {
    return configuration
        .map(DeviceConfiguration::addresses)
        .map(own -> own.contains(InterfaceAddress.host(address)))
        .orElse(false);
  }

  @Override
  public void close() {
    toReceiver.close();
    whenClosed.accept(this);
  }
}

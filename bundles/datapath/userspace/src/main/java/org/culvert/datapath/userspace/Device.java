package org.culvert.datapath.userspace;

import java.io.IOException;
import java.util.Optional;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.tunnel.DropReason;

/**
 * A TUN device, which may have to be made anew when somebody removes it, as the readers of the
 * outer sockets see it: a place to put bursts, in turn.
 */
final class Device implements AutoCloseable {
  private final NetworkDevices devices;
  private final String name;
  private final int mtu;

  /** Replaced while holding this object's lock. */
  private volatile TunDevice tun;

  private volatile Optional<String> failure = Optional.empty();

  /** Written while holding this object's lock. */
  private final Tally lost = new Tally();

  /** Makes the device. */
  Device(NetworkDevices devices, String name, int mtu) throws IOException {
    this.devices = devices;
    this.name = name;
    this.mtu = mtu;
    this.tun = devices.openTun(name, mtu);
  }

  String name() {
    return name;
  }

  TunDevice tun() {
    return tun;
  }

  Tally lost() {
    return lost;
  }

  /** Takes note that the device can no longer be read. */
  void failed(String reason) {
    failure = Optional.of(reason);
  }

  /** Returns why the device can no longer be read; empty while it can. */
  Optional<String> failure() {
    return failure;
  }

  /** Makes the device anew. Its addresses and routes are gone with the old one. */
  synchronized void reopen() throws IOException {
    tun.close();
    tun = devices.openTun(name, mtu);
    failure = Optional.empty();
  }

  /** Hands a burst to the operating system. */
  void send(PacketBatch batch) {
    send(batch, 0, batch.size());
  }

  /** Hands packets {@code from} to {@code to - 1} of a burst on. The lock is taken once for all. */
  synchronized void send(PacketBatch batch, int from, int to) {
    if (from == to) {
      return;
    }
    int refused;
    try {
      refused = tun.send(batch, from, to);
    } catch (IOException e) {
      // The device is being closed, or is gone and will be made anew; what was in flight is lost.
      refused = to - from;
    }
    if (refused > 0) {
      lost.dropped(DropReason.CONGESTION, refused);
    }
  }

  @Override
  public void close() {
    tun.close();
  }
}

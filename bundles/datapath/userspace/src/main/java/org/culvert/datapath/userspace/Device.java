package org.culvert.datapath.userspace;

import java.io.IOException;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.tunnel.DropReason;

/** The TUN device as the readers of the outer sockets see it: a place to put bursts, in turn. */
final class Device implements AutoCloseable {
  private final TunDevice tun;

  /** Written while holding this object's lock. */
  private final Tally lost = new Tally();

  Device(TunDevice tun) {
    this.tun = tun;
  }

  TunDevice tun() {
    return tun;
  }

  Tally lost() {
    return lost;
  }

  /** Hands a burst to the operating system. The lock is taken once a burst. */
  synchronized void send(PacketBatch batch) {
    if (batch.size() == 0) {
      return;
    }
    int refused;
    try {
      refused = tun.send(batch, 0, batch.size());
    } catch (IOException e) {
      // The device is being closed; what was in flight is lost.
      refused = batch.size();
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

package org.culvert.datapath.userspace;

import java.io.IOException;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device with the thread that reads it and what that thread knows of where packets lead: the one
 * that tunnels share, or one of a tunnel's own.
 *
 * <p>All but the reading is guarded by the lock of the forwarding that it belongs to.
 */
final class InnerLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InnerLink.class);

  private final Device device;
  private final int burst;
  private final int slot;
  private final Tally unrouted = new Tally();
  private Thread reader;

  /** Swapped whole, between two bursts. */
  private volatile Routes routes = Routes.NONE;

  /**
   * Takes over the device; {@link #start} begins to read it.
   *
   * @param burst packets of the largest burst
   * @param slot octets of the longest packet
   */
  InnerLink(Device device, int burst, int slot) {
    this.device = device;
    this.burst = burst;
    this.slot = slot;
    this.reader = reader();
  }

  private Thread reader() {
    Thread thread = new Thread(this::read, "culvert-device-" + device.name());
    thread.setDaemon(true);
    return thread;
  }

  InnerLink start() {
    reader.start();
    return this;
  }

  Device device() {
    return device;
  }

  void routes(Routes now) {
    routes = now;
  }

  /** Counts what no tunnel was found for. */
  Tally unrouted() {
    return unrouted;
  }

  /** Makes the device anew if it can no longer be read. */
  void restore() throws IOException {
    if (device.failure().isEmpty()) {
      return;
    }
    Threads.join(reader);
    device.reopen();
    reader = reader();
    reader.start();
    LOG.info("Device {} was made anew", device.name());
  }

  private void read() {
    PacketBatch batch = new PacketBatch(burst, slot);
    Outbound outbound = new Outbound(burst, slot, unrouted, System::nanoTime);
    TunDevice tun = device.tun();
    try {
      while (tun.receive(batch)) {
        device.send(outbound.forward(batch, routes));
      }
    } catch (IOException e) {
      device.failed("device " + device.name() + " can no longer be read: " + e.getMessage());
      LOG.warn("Device {} can no longer be read: {}", device.name(), e.getMessage());
    } catch (RuntimeException e) {
      device.failed("device " + device.name() + " can no longer be read: " + e);
      LOG.warn("Device {} can no longer be read", device.name(), e);
    }
  }

  /** Removes the device and waits for the thread. */
  @Override
  public void close() {
    routes = Routes.NONE;
    device.close();
    Threads.join(reader);
  }
}

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
  private final PacketBatch batch;
  private final Outbound outbound;
  private final Tally unrouted = new Tally();
  private Thread reader;

  /** Swapped whole, between two bursts. */
  private volatile Routes routes = Routes.NONE;

  /**
   * Takes over the device; {@link #start} begins to read it. All memory that the link needs is
   * taken here, so that who opens it learns if there is not enough.
   *
   * @param burst packets of the largest burst
   * @param slot octets of the longest packet
   * @param copied which bits of the traffic class outer headers get
   */
  InnerLink(Device device, int burst, int slot, int copied) {
    this.device = device;
    this.batch = new PacketBatch(burst, slot);
    this.outbound = new Outbound(burst, slot, copied, unrouted, System::nanoTime);
    this.reader = reader();
  }

  /** Returns how many octets off the heap a link takes. */
  static long memory(int burst, int slot) {
    return (long) burst * slot + Outbound.memory(slot);
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
    TunDevice tun = device.tun();
    try {
      while (tun.receive(batch)) {
        device.send(outbound.forward(batch, routes));
      }
    } catch (IOException e) {
      device.failed("device " + device.name() + " can no longer be read: " + e.getMessage());
      LOG.warn("Device {} can no longer be read: {}", device.name(), e.getMessage());
    } catch (RuntimeException | Error e) {
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

package org.culvert.datapath.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.netdev.TunnelDeviceCounters;
import org.culvert.api.netdev.TunnelDeviceGroup;
import org.culvert.api.netdev.TunnelDevices;

/** Tunnel devices whose changes take until the test lets them go on, as a slow nft would. */
final class StuckTunnelDevices implements TunnelDevices {
  private final TunnelDevices devices;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean sticking;

  StuckTunnelDevices(TunnelDevices devices) {
    this.devices = devices;
  }

  /** Begins a change on another thread; returns when it is under way. */
  CompletableFuture<?> during(Runnable change) throws InterruptedException {
    sticking = true;
    CompletableFuture<?> running = CompletableFuture.runAsync(change);
    begun.await();
    return running;
  }

  void release() {
    released.countDown();
  }

  @Override
  public Optional<String> obstacle(WireFormat wire) {
    return devices.obstacle(wire);
  }

  @Override
  public Set<String> owners() throws IOException {
    return devices.owners();
  }

  @Override
  public TunnelDeviceGroup claim(String owner) throws IOException {
    return new Group(devices.claim(owner));
  }

  private final class Group implements TunnelDeviceGroup {
    private final TunnelDeviceGroup group;

    Group(TunnelDeviceGroup group) {
      this.group = group;
    }

    @Override
    public Map<String, String> apply(Collection<TunnelDevice> devices) {
      if (sticking) {
        begun.countDown();
        try {
          released.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return group.apply(devices);
    }

    @Override
    public TunnelDeviceCounters counters() throws IOException {
      return group.counters();
    }

    @Override
    public void listen(Runnable disturbed) throws IOException {
      group.listen(disturbed);
    }

    @Override
    public void send(String device, ByteBuffer packet) throws IOException {
      group.send(device, packet);
    }

    @Override
    public void close() throws IOException {
      group.close();
    }
  }
}

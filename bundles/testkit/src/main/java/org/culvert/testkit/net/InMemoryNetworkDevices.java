package org.culvert.testkit.net;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.TunDevice;

/** Network devices in memory, with the addresses and routes they were given. Thread-safe. */
public final class InMemoryNetworkDevices implements NetworkDevices {
  private final Map<String, InMemoryTun> tuns = new ConcurrentHashMap<>();
  private final AtomicInteger configurations = new AtomicInteger();
  private volatile Optional<String> refusal = Optional.empty();

  @Override
  public TunDevice openTun(String name, int mtu) throws IOException {
    refuseIfTold();
    InMemoryTun tun = new InMemoryTun(name, mtu, closed -> tuns.remove(name, closed));
    if (tuns.putIfAbsent(name, tun) != null) {
      throw new IOException("there is a device " + name + " already");
    }
    return tun;
  }

  @Override
  public void configure(String device, DeviceConfiguration configuration) throws IOException {
    refuseIfTold();
    InMemoryTun tun = tuns.get(device);
    if (tun == null) {
      throw new IOException("there is no device " + device);
    }
    configurations.incrementAndGet();
    tun.configure(configuration);
  }

  /** Makes every call fail with this message until {@link #relent}. */
  public void refuse(String message) {
    refusal = Optional.of(message);
  }

  /** Ends {@link #refuse}. */
  public void relent() {
    refusal = Optional.empty();
  }

  /** Returns an open device. */
  public InMemoryTun tun(String name) {
    InMemoryTun tun = tuns.get(name);
    if (tun == null) {
      throw new AssertionError("there is no device " + name);
    }
    return tun;
  }

  /** Tells whether a device is open. */
  public boolean exists(String name) {
    return tuns.containsKey(name);
  }

  /** Returns how often any device was configured. */
  public int configurations() {
    return configurations.get();
  }

  private void refuseIfTold() throws IOException {
    if (refusal.isPresent()) {
      throw new IOException(refusal.get());
    }
  }
}

package org.culvert.testkit.net;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.TunDevice;

/** Network devices in memory, with the addresses and routes they were given. Thread-safe. */
public final class InMemoryNetworkDevices implements NetworkDevices {
  private final Map<String, InMemoryTun> tuns = new ConcurrentHashMap<>();
  private final AtomicInteger configurations = new AtomicInteger();
  private final List<String> shadows = new CopyOnWriteArrayList<>();
  private final Set<IpPrefix> watched = ConcurrentHashMap.newKeySet();
  private final Set<IpPrefix> gaps = ConcurrentHashMap.newKeySet();
  private volatile Optional<String> refusal = Optional.empty();

  @Override
  public TunDevice openTun(String name, int mtu) throws IOException {
    refuseIfTold();
    InMemoryTun tun =
        new InMemoryTun(
            name,
            mtu,
            closed -> {
              tuns.remove(name, closed);
              noteGaps();
            });
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
    refuseWhatAnotherHas(device, configuration);
    tun.configure(configuration);
    noteGaps();
  }

  /** As a kernel does: one device has the route to a destination, and one the fallback. */
  private void refuseWhatAnotherHas(String device, DeviceConfiguration wanted) throws IOException {
    for (InMemoryTun other : tuns.values()) {
      Optional<DeviceConfiguration> present = other.present();
      if (!other.name().equals(device)
          && present.isPresent()
          && (!Collections.disjoint(present.get().routes(), wanted.routes())
              || !Collections.disjoint(present.get().fallbackRoutes(), wanted.fallbackRoutes()))) {
        throw new IOException("another device has a route of " + device);
      }
    }
  }

  private void noteGaps() {
    for (IpPrefix prefix : watched) {
      if (tuns.values().stream().noneMatch(tun -> tun.leadsTo(prefix))) {
        gaps.add(prefix);
      }
    }
  }

  @Override
  public List<String> verify(String device, DeviceConfiguration configuration) throws IOException {
    refuseIfTold();
    InMemoryTun tun = tuns.get(device);
    if (tun == null) {
      return List.of("device " + device + " is missing");
    }
    List<String> findings = new ArrayList<>(shadows);
    if (!tun.present().equals(Optional.of(configuration))) {
      findings.add("device " + device + " is not as it should be");
    }
    return findings;
  }

  /** Lets every look at a device find this as well. */
  public void shadow(String line) {
    shadows.add(line);
  }

  /** Takes note from now on if a destination has no route at any moment. */
  public void watch(IpPrefix destination) {
    watched.add(destination);
    noteGaps();
  }

  /** Returns the watched destinations that had no route at some moment. */
  public Set<IpPrefix> gaps() {
    return Set.copyOf(gaps);
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

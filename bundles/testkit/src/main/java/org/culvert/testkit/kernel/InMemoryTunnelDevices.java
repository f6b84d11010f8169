package org.culvert.testkit.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.netdev.TunnelDeviceCounters;
import org.culvert.api.netdev.TunnelDeviceGroup;
import org.culvert.api.netdev.TunnelDevices;
import org.culvert.api.tunnel.TunnelCounters;
import org.jspecify.annotations.Nullable;

/** Tunnel devices as they would stand in a kernel, which the test may interfere with. */
public final class InMemoryTunnelDevices implements TunnelDevices {
  private final Map<String, Map<String, TunnelDevice>> owners = new TreeMap<>();
  private final Map<WireFormat, String> obstacles = new HashMap<>();
  private final Map<String, String> refusals = new HashMap<>();
  private final Map<String, TunnelCounters> counted = new ConcurrentHashMap<>();
  private final List<String> sent = new ArrayList<>();
  private final List<Integer> probed = new ArrayList<>();
  private int link = 1_500;
  private final List<Runnable> listeners = new ArrayList<>();
  private @Nullable String trouble;
  private int reads;
  private int applications;

  /** Lets packets of a format not be carried. */
  public void missing(WireFormat wire, String reason) {
    obstacles.put(wire, reason);
  }

  /** Lets one device not be made. */
  public void refuse(String device, String reason) {
    refusals.put(device, reason);
  }

  /** Lets a device that could not be made be made again. */
  public void allow(String device) {
    refusals.remove(device);
  }

  /** Lets a device have counted. */
  public void counted(String device, TunnelCounters counters) {
    counted.put(device, counters);
  }

  /** Lets another program remove an owner's filter, until the devices are applied again. */
  public void disturb(String reason) {
    trouble = reason;
  }

  /** Does the same, and the kernel tells of it. */
  public void disturbAloud(String reason) {
    trouble = reason;
    listeners.forEach(Runnable::run);
  }

  /** Leaves devices as if by an earlier run. */
  public void leftOver(String owner, TunnelDevice... devices) {
    Map<String, TunnelDevice> present = new LinkedHashMap<>();
    for (TunnelDevice device : devices) {
      present.put(device.name(), device);
    }
    owners.put(owner, present);
  }

  /** Returns an owner's devices by name. */
  public Map<String, TunnelDevice> devices(String owner) {
    return owners.getOrDefault(owner, Map.of());
  }

  /** Returns the names of the devices that packets were sent into. */
  public List<String> sent() {
    return List.copyOf(sent);
  }

  /** Returns the octets of the packets that were sent past devices. */
  public List<Integer> probed() {
    return List.copyOf(probed);
  }

  /** Lets the outer link carry so many octets of outer packets; without, 1500. */
  public void link(int octets) {
    link = octets;
  }

  /** Returns how often counters were read. */
  public int reads() {
    return reads;
  }

  /** Returns how often devices were applied. */
  public int applications() {
    return applications;
  }

  @Override
  public Optional<String> obstacle(WireFormat wire) {
    return Optional.ofNullable(obstacles.get(wire));
  }

  @Override
  public Set<String> owners() {
    return Set.copyOf(owners.keySet());
  }

  @Override
  public TunnelDeviceGroup claim(String owner) {
    return new Group(owner);
  }

  private final class Group implements TunnelDeviceGroup {
    private final String owner;

    Group(String owner) {
      this.owner = owner;
    }

    @Override
    public Map<String, String> apply(Collection<TunnelDevice> devices) {
      applications++;
      trouble = null;
      Map<String, TunnelDevice> present = new LinkedHashMap<>();
      Map<String, String> failures = new LinkedHashMap<>();
      for (TunnelDevice device : devices) {
        String refusal = refusals.get(device.name());
        if (refusal == null) {
          present.put(device.name(), device);
        } else {
          failures.put(device.name(), refusal);
        }
      }
      owners.put(owner, present);
      return failures;
    }

    @Override
    public TunnelDeviceCounters counters() throws IOException {
      reads++;
      if (trouble != null) {
        throw new IOException(trouble);
      }
      Map<String, TunnelCounters> counters = new HashMap<>();
      devices(owner)
          .keySet()
          .forEach(name -> counters.put(name, counted.getOrDefault(name, TunnelCounters.ZERO)));
      return new TunnelDeviceCounters(counters, Map.of());
    }

    @Override
    public void listen(Runnable disturbed) {
      listeners.add(disturbed);
    }

    @Override
    public void send(String device, ByteBuffer packet) throws IOException {
      if (!devices(owner).containsKey(device)) {
        throw new IOException("there is no network device named " + device);
      }
      sent.add(device);
    }

    @Override
    public boolean probe(String device, ByteBuffer packet) {
      TunnelDevice found = devices(owner).get(device);
      if (found == null || packet.remaining() + found.wire().overhead() > link) {
        return false;
      }
      probed.add(packet.remaining());
      return true;
    }

    @Override
    public void close() {
      owners.remove(owner);
    }
  }
}

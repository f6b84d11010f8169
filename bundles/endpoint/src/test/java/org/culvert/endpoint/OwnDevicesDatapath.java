package org.culvert.endpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.testkit.net.InMemoryNetworkDevices;

/** A datapath as a kernel's is: a device for each tunnel, and only where no UDP is between. */
final class OwnDevicesDatapath implements Datapath {
  final List<List<String>> applied = new ArrayList<>();
  Optional<String> refusal = Optional.empty();
  Optional<RuntimeException> fault = Optional.empty();

  /** The MTU that tunnels keep, whatever they are told. */
  Optional<Integer> kept = Optional.empty();

  int starts;
  private final InMemoryNetworkDevices devices;

  OwnDevicesDatapath(InMemoryNetworkDevices devices) {
    this.devices = devices;
  }

  @Override
  public String name() {
    return "own";
  }

  @Override
  public boolean carries(WireFormat wire) {
    return wire.carrier() instanceof Carrier.IpProtocol;
  }

  @Override
  public Forwarding start(String device, int mtu) throws IOException {
    starts++;
    if (refusal.isPresent()) {
      throw new IOException(refusal.get());
    }
    return new OwnDevices();
  }

  private final class OwnDevices implements Forwarding {
    private record Open(CarriedTunnel tunnel, TunDevice device) {}

    private final Map<String, Open> open = new LinkedHashMap<>();

    @Override
    public Map<String, String> apply(Collection<CarriedTunnel> tunnels) {
      applied.add(tunnels.stream().map(CarriedTunnel::id).toList());
      fault.ifPresent(
          exception -> {
            throw exception;
          });
      open.values().removeIf(entry -> !tunnels.contains(entry.tunnel) && closed(entry));
      Map<String, String> failures = new LinkedHashMap<>();
      for (CarriedTunnel tunnel : tunnels) {
        if (!open.containsKey(tunnel.id())) {
          try {
            TunDevice device = devices.openTun(device(tunnel.id()), tunnel.mtu());
            open.put(tunnel.id(), new Open(tunnel, device));
          } catch (IOException e) {
            failures.put(tunnel.id(), String.valueOf(e.getMessage()));
          }
        }
      }
      return failures;
    }

    private boolean closed(Open entry) {
      entry.device.close();
      return true;
    }

    @Override
    public String device(String id) {
      return "own-" + id;
    }

    @Override
    public Optional<Integer> mtu(String id) {
      return kept;
    }

    @Override
    public TunnelCounters counters(String id) {
      return new TunnelCounters(1, 100, 0, 0, Map.of());
    }

    @Override
    public Map<DropReason, Long> drops() {
      return Map.of(DropReason.UNKNOWN_OUTER_SOURCE, 5L);
    }

    @Override
    public void inject(String id, ByteBuffer packet) {}

    @Override
    public void close() {
      open.values().forEach(entry -> entry.device.close());
      open.clear();
    }
  }
}

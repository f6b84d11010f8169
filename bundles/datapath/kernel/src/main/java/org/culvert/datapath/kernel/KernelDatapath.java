package org.culvert.datapath.kernel;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.netdev.TunnelDeviceGroup;
import org.culvert.api.netdev.TunnelDevices;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datapath in which no packet ever comes to us: each tunnel is a device of the kernel's.
 *
 * <p>What it can carry is found out once, when it starts. Its ranking puts it before the datapaths
 * that work everywhere.
 */
@Component(
    configurationPid = KernelDatapath.PID,
    property = "service.ranking:Integer=" + KernelDatapath.RANKING)
@Designate(ocd = KernelDatapath.Config.class)
public final class KernelDatapath implements Datapath {
  static final String PID = "org.culvert.datapath.kernel";
  static final int RANKING = 100;

  private static final Logger LOG = LoggerFactory.getLogger(KernelDatapath.class);

  /** What kernels have devices for: IPv6 in IPv4 (protocol 41), IPv4 in IPv6 (protocol 4). */
  private static final Map<WireFormat, String> FORMATS =
      Map.of(
          new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.IpProtocol(41)),
          "IPv6 in IPv4",
          new WireFormat(IpVersion.IPV6, IpVersion.IPV4, new Carrier.IpProtocol(4)),
          "IPv4 in IPv6");

  private static final int LONGEST_GRACE_SECONDS = 86_400;

  private final TunnelDevices devices;
  private final LongSupplier nanos;
  private final Map<WireFormat, Boolean> carried;
  private final Orphans orphans;

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert datapath: kernel",
      description = "Tunnels that the kernel's own devices carry.")
  public @interface Config {
    @AttributeDefinition(
        name = "Grace for devices left over",
        description =
            "Seconds after the start in which the tunnel devices of an earlier run, which go on"
                + " carrying packets, wait for their endpoint, 1 to 86400. Then those that no"
                + " endpoint took over are removed.",
        min = "1",
        max = "86400")
    int orphanGrace() default 60;
  }

  /** Finds out what the kernel can carry; makes nothing yet. */
  @Activate
  public KernelDatapath(Config config, @Reference TunnelDevices devices) {
    this(devices, grace(config.orphanGrace()), executor(), System::nanoTime);
  }

  /**
   * Does the same with another clock.
   *
   * @param executor closed with the datapath
   * @param nanos a clock that never jumps
   */
  KernelDatapath(
      TunnelDevices devices,
      Duration grace,
      ScheduledExecutorService executor,
      LongSupplier nanos) {
    this.devices = devices;
    this.nanos = nanos;
    this.carried =
        FORMATS.keySet().stream()
            .collect(Collectors.toUnmodifiableMap(Function.identity(), this::isSupported));
    this.orphans = new Orphans(devices, grace, executor);
  }

  static Duration grace(int seconds) {
    if (seconds < 1 || seconds > LONGEST_GRACE_SECONDS) {
      throw new InvalidConfigurationException(
          PID, "orphanGrace", seconds, "write a number of seconds from 1 to 86400");
    }
    return Duration.ofSeconds(seconds);
  }

  private static ScheduledExecutorService executor() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, "culvert-kernel-orphans");
          thread.setDaemon(true);
          return thread;
        });
  }

  private boolean isSupported(WireFormat wire) {
    Optional<String> obstacle = devices.obstacle(wire);
    if (obstacle.isPresent()) {
      LOG.info("The kernel does not carry {}: {}", FORMATS.get(wire), obstacle.get());
    } else {
      LOG.info("The kernel can carry {}", FORMATS.get(wire));
    }
    return obstacle.isEmpty();
  }

  @Override
  public String name() {
    return "kernel";
  }

  @Override
  public boolean carries(WireFormat wire) {
    return carried.getOrDefault(wire, false);
  }

  /**
   * Takes over what an earlier run left under this name; makes no device of this name, for each
   * tunnel gets one of its own.
   */
  @Override
  public Forwarding start(String device, int mtu) throws IOException {
    if (!carried.containsValue(true)) {
      throw new IOException("the kernel can carry no tunnel here");
    }
    orphans.claimed(device);
    try {
      TunnelDeviceGroup group = devices.claim(device);
      KernelForwarding forwarding =
          new KernelForwarding(device, group, nanos, () -> orphans.released(device));
      hear(device, group, forwarding);
      return forwarding;
    } catch (IOException e) {
      orphans.released(device);
      throw e;
    }
  }

  private static void hear(String owner, TunnelDeviceGroup group, KernelForwarding forwarding) {
    try {
      group.listen(forwarding::disturbed);
    } catch (IOException e) {
      LOG.warn("Changes to the filter of {} are seen late: {}", owner, e.getMessage());
    }
  }

  /** Ends the wait for endpoints; forwarding is ended by those who began it. */
  @Deactivate
  void close() {
    orphans.close();
  }
}

package org.culvert.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.DeviceWatcher;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.NetworkDevices.Watch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what others change about the devices of tunnels, and has it put right.
 *
 * <ol>
 *   <li>what is told, by the operating system's thread, concerns something that is wanted, or is
 *       passed over
 *   <li>the device is put in doubt, and a moment later, on the endpoint's thread, all that are in
 *       doubt are looked at and put right together; whom others change again and again must wait
 *   <li>now and then every device is looked at, for not all is told
 *   <li>what others have that keeps packets from ways of ours is nothing to put right: {@link
 *       Rivals} looks at that; nor are tunnels' outer addresses, at which {@link OuterAddresses}
 *       looks
 * </ol>
 *
 * <p>A slow look makes looks rare: they take a fiftieth of the time at most.
 */
final class Repairs implements DeviceWatcher, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);

  /** One act of another program is many announcements. */
  private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long SWEEP = TimeUnit.SECONDS.toNanos(30);
  private static final int SHARE = 50;

  private final NetworkDevices devices;
  private final Datapaths datapaths;
  private final DesiredDevices desired;
  private final LongSupplier nanos;
  private final Runnable changed;
  private final Quarrels quarrels;
  private final Rivals rivals;
  private final OuterAddresses outers;
  private final Alarm doubts;
  private final Alarm sweeps;
  private @Nullable Watch watch;
  private boolean begun;
  private boolean deaf;

  /**
   * Hears nothing yet.
   *
   * @param nanos a clock that never jumps
   * @param changed runs on the endpoint's thread when tunnels may stand otherwise than before
   */
  Repairs(
      NetworkDevices devices,
      Datapaths datapaths,
      ScheduledExecutorService executor,
      LongSupplier nanos,
      Quarrels quarrels,
      Rivals rivals,
      OuterAddresses outers,
      Runnable changed) {
    this.devices = devices;
    this.datapaths = datapaths;
    this.desired = datapaths.devices();
    this.nanos = nanos;
    this.changed = changed;
    this.quarrels = quarrels;
    this.rivals = rivals;
    this.outers = outers;
    this.doubts = new Alarm(executor, nanos, this::repair);
    this.sweeps = new Alarm(executor, nanos, this::sweep);
  }

  /** Begins to listen and to look, unless it has; on the endpoint's thread. */
  void begin() {
    if (!begun) {
      begun = true;
      listen();
      // They were looked at before anybody listened.
      outers.suspectAll();
      rivals.suspectAll();
      sweeps.in(SWEEP);
    }
  }

  private void listen() {
    try {
      watch = devices.watch(this);
      deaf = false;
    } catch (IOException | RuntimeException e) {
      if (!deaf) {
        LOG.warn(
            "Changes that others make to devices are seen late, every 30 s: {}",
            RunningDatapath.reason(e));
      }
      deaf = true;
    }
  }

  @Override
  public void device(String device) {
    // An IPv6 address that stays on an interface that is set down is of no use, and none says so.
    outers.suspectAll();
    if (desired.wanted(device).isPresent()) {
      doubt(device);
    }
  }

  @Override
  public void address(String device, InetAddress address) {
    outers.suspect(address);
    rivals.suspect(IpPrefix.host(address));
    if (desired.wanted(device).filter(wish -> has(wish, address)).isPresent()) {
      doubt(device);
    }
  }

  @Override
  public void newAddress(InetAddress address) {
    outers.suspect(address);
    // Packets to what is this host's go into no tunnel.
    rivals.suspect(IpPrefix.host(address));
  }

  /** A device may have very many addresses, and an address only so many lengths of a prefix. */
  private static boolean has(DeviceConfiguration wish, InetAddress address) {
    return IntStream.rangeClosed(0, address.getAddress().length * Byte.SIZE)
        .anyMatch(length -> wish.addresses().contains(new InterfaceAddress(address, length)));
  }

  @Override
  public void route(Optional<String> device, IpPrefix destination) {
    Optional<DeviceConfiguration> wish = device.flatMap(desired::wanted);
    if (wish.isPresent()) {
      if (Holders.leadsTo(wish.get(), destination)) {
        doubt(device.get());
      }
    } else {
      // Another took the place of a route of ours, or has given one up that we wait for.
      desired.holders(destination).forEach(this::doubt);
    }
  }

  @Override
  public void rival(Optional<IpPrefix> destination) {
    destination.ifPresentOrElse(rivals::suspect, rivals::suspectAll);
  }

  @Override
  public void everything() {
    desired.configurations().keySet().forEach(desired::doubt);
    doubts.in(MOMENT);
    rivals.suspectAll();
    outers.suspectAll();
  }

  private void doubt(String device) {
    desired.doubt(device);
    doubts.in(MOMENT);
  }

  private void repair() {
    Set<String> waiting = desired.doubtful();
    Set<String> due = quarrels.due(waiting);
    waiting.removeAll(due);
    if (!waiting.isEmpty()) {
      doubts.in(Math.max(MOMENT, quarrels.wait(waiting)));
    }
    if (!due.isEmpty() && look(due)) {
      changed.run();
    }
  }

  /** Looks at devices; tells whether tunnels may stand otherwise than before. */
  private boolean look(Set<String> doubtful) {
    boolean lost = datapaths.isAnyLost();
    return desired.look(doubtful) || lost;
  }

  private void sweep() {
    long begin = nanos.getAsLong();
    try {
      if (deaf) {
        listen();
      }
      Set<String> all = desired.configurations().keySet();
      all.forEach(desired::doubt);
      boolean otherwise = look(all);
      otherwise |= rivals.lookAtAll();
      otherwise |= outers.lookAtAll();
      if (otherwise) {
        changed.run();
      }
      quarrels.settle(all);
    } finally {
      sweeps.in(Math.max(SWEEP, SHARE * (nanos.getAsLong() - begin)));
    }
  }

  /** Stops listening. */
  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }
}

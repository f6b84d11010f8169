package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.culvert.api.netdev.NetworkDevices.Watch;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.netdev.TunnelDeviceCounters;
import org.culvert.api.netdev.TunnelDeviceGroup;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.netdev.linux.FilterTable.Count;
import org.jspecify.annotations.Nullable;

/**
 * One owner's tunnel devices and the filter around them.
 *
 * <p>The order of changes keeps every device behind its filter at every moment: those that leave go
 * first, then the filter changes in one step, then the others come.
 */
final class LinuxTunnelDeviceGroup implements TunnelDeviceGroup {
  private final String owner;
  private final Nft nft;
  private final TunnelFilter filter;
  private final Runnable released;
  private @Nullable Watch watch;

  /** How devices should be; whatever has become another is not ours to count. */
  private Map<String, TunnelDevice> desired = Map.of();

  /**
   * Takes over what bears the owner's mark.
   *
   * @param released called when the group is closed
   */
  LinuxTunnelDeviceGroup(String owner, Nft nft, Runnable released) {
    this.owner = owner;
    this.released = released;
    this.nft = nft;
    this.filter = new TunnelFilter(owner, nft);
  }

  @Override
  public synchronized Map<String, String> apply(Collection<TunnelDevice> devices) {
    Map<String, TunnelDevice> wanted = new LinkedHashMap<>();
    Map<String, String> failures = new LinkedHashMap<>();
    for (TunnelDevice device : devices) {
      if (TunnelKind.of(device.wire()).isEmpty()) {
        failures.put(device.name(), "the kernel has no device for such packets");
      } else {
        wanted.put(DeviceName.checked(device.name()), device);
      }
    }
    desired = Map.copyOf(wanted);
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      TunnelLinks links = TunnelLinks.of(netlink, owner);
      links.removeAllBut(wanted);
      failures.putAll(filter(wanted, links));
      List<TunnelDevice> guarded = new ArrayList<>(wanted.values());
      guarded.removeIf(device -> failures.containsKey(device.name()));
      failures.putAll(links.make(guarded));
    } catch (IOException e) {
      wanted.keySet().forEach(name -> failures.putIfAbsent(name, String.valueOf(e.getMessage())));
    }
    return failures;
  }

  /** A device whose filter is not as it should be does not stay. */
  private Map<String, String> filter(Map<String, TunnelDevice> wanted, TunnelLinks links)
      throws IOException {
    try {
      filter.apply(wanted.values());
      return Map.of();
    } catch (IOException e) {
      Map<String, String> failures = new LinkedHashMap<>();
      for (TunnelDevice device : wanted.values()) {
        if (!filter.guards(device)) {
          links.remove(device.name());
          failures.put(device.name(), String.valueOf(e.getMessage()));
        }
      }
      return failures;
    }
  }

  @Override
  public synchronized TunnelDeviceCounters counters() throws IOException {
    Map<String, Count> counts = filter.counters();
    if (!filter.stands(counts)) {
      throw new IOException(
          "the packet filter " + FilterTable.of(owner) + " is not as it was made");
    }
    Map<String, TunnelCounters> devices = new HashMap<>();
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      for (TunnelLink link : TunnelLinks.list(netlink).values()) {
        if (TunnelLinks.isOf(owner, link) && isAsDesired(link)) {
          devices.put(link.name(), counters(link.name(), link.statistics(), counts));
        }
      }
    }
    Count strangers = counts.getOrDefault(FilterRules.STRANGERS, Count.ZERO);
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    put(drops, DropReason.UNKNOWN_OUTER_SOURCE, strangers.packets());
    return new TunnelDeviceCounters(devices, drops);
  }

  /** The MTU is left to who configures the device. */
  private boolean isAsDesired(TunnelLink link) {
    TunnelDevice device = desired.get(link.name());
    return device != null
        && link.isUp()
        && link.is(device)
        && link.isMulticast() == device.ownLink();
  }

  /** A device counts what came before the filter is asked, so the filter counts what it let in. */
  static TunnelCounters counters(
      String device, LinkStatistics statistics, Map<String, Count> counts) {
    Count martian = count(counts, FilterCheck.IN_MARTIAN, device);
    Count loop =
        count(counts, FilterCheck.IN_LOOP, device)
            .plus(count(counts, FilterCheck.OUT_LOOP, device));
    Count source = count(counts, FilterCheck.IN_SOURCE, device);
    Count outMartian = count(counts, FilterCheck.OUT_MARTIAN, device);
    Count outSource = count(counts, FilterCheck.OUT_SOURCE, device);
    Count passed = count(counts, FilterCheck.IN_PASSED, device);
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    put(drops, DropReason.MARTIAN, martian.plus(outMartian).packets());
    put(drops, DropReason.LOOP, loop.packets());
    put(drops, DropReason.INNER_SOURCE, source.plus(outSource).packets());
    put(drops, DropReason.OUTER_REFUSED, statistics.refused());
    put(drops, DropReason.CONGESTION, statistics.congestion());
    return new TunnelCounters(
        passed.packets(),
        passed.octets(),
        statistics.sentPackets(),
        statistics.sentOctets(),
        drops);
  }

  private static Count count(Map<String, Count> counts, FilterCheck check, String device) {
    return counts.getOrDefault(check.counter(device), Count.ZERO);
  }

  private static void put(Map<DropReason, Long> drops, DropReason reason, long count) {
    if (count > 0) {
      drops.put(reason, count);
    }
  }

  /** Our own changes are told, too; a process of ours is known by its id. */
  @Override
  public synchronized void listen(Runnable disturbed) throws IOException {
    if (watch != null) {
      throw new IllegalStateException("somebody listens already");
    }
    watch =
        LinuxFilterWatch.begin(
            new LinuxFilterWatch.Reader() {
              @Override
              public void table(String table, boolean gone, int by) {
                if (table.equals(FilterTable.of(owner)) && !nft.was(by)) {
                  distrust();
                  disturbed.run();
                }
              }

              @Override
              public void missed() {
                disturbed.run();
              }
            });
  }

  private synchronized void distrust() {
    filter.distrust();
  }

  @Override
  public void send(String device, ByteBuffer packet) throws IOException {
    PacketSocket.send(DeviceName.index(DeviceName.checked(device)), packet);
  }

  @Override
  public synchronized boolean probe(String device, ByteBuffer packet) {
    TunnelDevice probed = desired.get(device);
    try {
      return probed != null && ProbeSocket.send(probed, packet);
    } catch (IOException e) {
      // The right is missing, or the outer address is gone: it is not sent, whatever its size.
      return false;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (watch != null) {
      watch.close();
    }
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      TunnelLinks.of(netlink, owner).removeAllBut(Map.of());
      desired = Map.of();
      filter.remove();
    } finally {
      released.run();
    }
  }
}

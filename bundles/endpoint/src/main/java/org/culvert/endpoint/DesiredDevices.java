package org.culvert.endpoint;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;

/**
 * The devices of all datapaths: what they should have, and which of them are in doubt. Any thread
 * may ask, and put devices in doubt; {@link #look} belongs to the endpoint's thread.
 */
final class DesiredDevices {
  private final Supplier<List<RunningDatapath>> datapaths;

  DesiredDevices(Supplier<List<RunningDatapath>> datapaths) {
    this.datapaths = datapaths;
  }

  /** Returns what each device should have, by name. */
  Map<String, DeviceConfiguration> configurations() {
    Map<String, DeviceConfiguration> all = new TreeMap<>();
    datapaths.get().forEach(datapath -> all.putAll(datapath.devices().wanted()));
    return all;
  }

  /** Returns the prefixes of this end, with the device that packets from there should leave by. */
  Map<IpPrefix, String> sources() {
    Map<IpPrefix, String> all = new HashMap<>();
    datapaths.get().forEach(datapath -> all.putAll(datapath.sources()));
    return all;
  }

  /** Returns what a device should have; empty if it is none of ours. */
  Optional<DeviceConfiguration> wanted(String device) {
    return datapaths.get().stream()
        .map(datapath -> datapath.devices().wanted().get(device))
        .filter(Objects::nonNull)
        .findFirst();
  }

  /** Returns the devices that a destination should lead into, or fall back to. */
  List<String> holders(IpPrefix destination) {
    return datapaths.get().stream()
        .flatMap(datapath -> datapath.devices().holder(destination).stream())
        .toList();
  }

  /** Lets a device be looked at, by the next change or look. */
  void doubt(String device) {
    datapaths.get().forEach(datapath -> datapath.devices().doubt(device));
  }

  /** Lets devices be looked at that lack something. */
  void doubtTroubles() {
    datapaths.get().forEach(datapath -> datapath.devices().doubtTroubles());
  }

  /** Returns the devices that are to be looked at. */
  Set<String> doubtful() {
    Set<String> all = new HashSet<>();
    datapaths.get().forEach(datapath -> all.addAll(datapath.devices().doubtful()));
    return all;
  }

  /**
   * Looks at those of these devices that are in doubt, and puts them right.
   *
   * @return whether devices lack more or less than before
   */
  boolean look(Set<String> names) {
    boolean changed = false;
    for (RunningDatapath datapath : datapaths.get()) {
      changed |= datapath.devices().look(names);
    }
    return changed;
  }
}

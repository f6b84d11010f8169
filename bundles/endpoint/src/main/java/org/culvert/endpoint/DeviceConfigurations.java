package org.culvert.endpoint;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.DeviceOutcome;
import org.culvert.api.netdev.NetworkDevices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where what one datapath's devices should have meets what the operating system says they have.
 *
 * <p>A device that is new, or in doubt, is looked at and put right. Any other gets the difference
 * between what it should have had and what it should have now; what becomes of it behind our back
 * the {@link Repairs} hear of, and put it in doubt.
 *
 * <p>Routes that move from one device to another are handled by {@link TakeOver}: a tunnel that
 * moves is never without a way. Confined to the endpoint's thread, but for {@link #wanted}, {@link
 * #holder} and {@link #doubt}.
 */
final class DeviceConfigurations {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceConfigurations.class);

  private final NetworkDevices devices;
  private final Quarrels quarrels;
  private final ShadowedRoutes shadows;

  /** What each device was last told to have, of those that were looked at. */
  private final Map<String, DeviceConfiguration> told = new HashMap<>();

  /** Devices that may not have what they were told to have. */
  private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

  /** What came of devices that do not have all; of wanted devices only. */
  private final Map<String, DeviceOutcome> troubles = new ConcurrentHashMap<>();

  /** What each device should have; swapped whole. */
  private volatile Map<String, DeviceConfiguration> wanted = Map.of();

  /** Made when it is asked for: as long as others announce nothing, nobody does. */
  private volatile Holders holders = new Holders(Map.of());

  DeviceConfigurations(NetworkDevices devices, Quarrels quarrels, ShadowedRoutes shadows) {
    this.devices = devices;
    this.quarrels = quarrels;
    this.shadows = shadows;
  }

  Map<String, DeviceConfiguration> wanted() {
    return wanted;
  }

  /** Returns the device that a destination should lead into, or fall back to. */
  Optional<String> holder(IpPrefix destination) {
    Map<String, DeviceConfiguration> now = wanted;
    Holders known = holders;
    if (!known.isOf(now)) {
      known = new Holders(now);
      holders = known;
    }
    return known.of(destination);
  }

  /** Lets the next {@link #apply} or {@link #look} look at a device. */
  void doubt(String device) {
    if (wanted.containsKey(device)) {
      doubtful.add(device);
    }
  }

  /** Does so with every device that lacks something. */
  void doubtTroubles() {
    doubtful.addAll(troubles.keySet());
  }

  /** Takes note of destinations that others may have had better routes to before. */
  void unseen(Set<IpPrefix> destinations) {
    if (!destinations.isEmpty()) {
      shadows.unseen(destinations);
    }
  }

  /**
   * Says why a device lacks some of these, or why it has them in vain; empty if all is well.
   *
   * @param sources what packets into it come from
   */
  Optional<String> shortfall(
      String device, DeviceConfiguration needs, Collection<IpPrefix> sources) {
    DeviceOutcome outcome = troubles.getOrDefault(device, DeviceOutcome.GOOD);
    DeviceConfiguration has = told.get(device);
    if (has == null
        || !has.addresses().containsAll(needs.addresses())
        || !has.routes().containsAll(needs.routes())
        || !has.fallbackRoutes().containsAll(needs.fallbackRoutes())) {
      return Optional.of(outcome.failure().orElse("device " + device + " is not configured yet"));
    }
    return first(needs.addresses(), outcome.addresses())
        .or(() -> first(needs.routes(), outcome.routes()))
        .or(() -> first(needs.fallbackRoutes(), outcome.routes()))
        .or(() -> shadows.first(needs.routes()))
        .or(() -> shadows.first(sources));
  }

  /** Says what others do to some packets of these ways; empty if nothing is known. */
  Optional<String> warning(
      String device, Collection<IpPrefix> destinations, Collection<IpPrefix> sources) {
    return shadows.warning(device, destinations).or(() -> shadows.warning(device, sources));
  }

  private static <T> Optional<String> first(Collection<T> needs, Map<T, String> refused) {
    return refused.isEmpty()
        ? Optional.empty()
        : needs.stream().filter(refused::containsKey).map(refused::get).findFirst();
  }

  /** Gives the devices exactly this, as far as the operating system lets it. */
  void apply(Map<String, DeviceConfiguration> desired) {
    Map<String, DeviceConfiguration> takingOver = TakeOver.between(told, desired);
    wanted = Map.copyOf(desired);
    troubles.keySet().retainAll(desired.keySet());
    doubtful.retainAll(desired.keySet());
    give(takingOver);
    for (String device : Set.copyOf(told.keySet())) {
      if (!desired.containsKey(device)) {
        clear(device);
      }
    }
    Map<String, DeviceConfiguration> others = new LinkedHashMap<>(desired);
    others.keySet().removeAll(takingOver.keySet());
    give(others);
    Map<String, DeviceConfiguration> takers = new LinkedHashMap<>(desired);
    takers.keySet().retainAll(takingOver.keySet());
    give(takers);
  }

  /** Gives one device that is wanted already another configuration. */
  void adjust(String device, DeviceConfiguration configuration) {
    Map<String, DeviceConfiguration> changed = new HashMap<>(wanted);
    if (changed.replace(device, configuration) != null) {
      wanted = Map.copyOf(changed);
      give(Map.of(device, configuration));
    }
  }

  /** Returns the devices that are in doubt. */
  Set<String> doubtful() {
    return Set.copyOf(doubtful);
  }

  /** Takes note that a device is another now, which is empty. */
  void forget(String device) {
    told.remove(device);
  }

  /**
   * Looks at those of these devices that are in doubt, and puts them right.
   *
   * @return whether devices lack more or less than before
   */
  boolean look(Set<String> devices) {
    Map<String, DeviceConfiguration> configurations = new HashMap<>(wanted);
    configurations.keySet().retainAll(doubtful);
    configurations.keySet().retainAll(devices);
    Map<String, DeviceOutcome> before = Map.copyOf(troubles);
    giveWhole(configurations);
    return !before.equals(troubles);
  }

  private void give(Map<String, DeviceConfiguration> stage) {
    Map<String, DeviceConfiguration> whole = new LinkedHashMap<>();
    stage.forEach(
        (device, configuration) -> {
          DeviceConfiguration earlier = told.get(device);
          if (earlier == null || doubtful.contains(device)) {
            whole.put(device, configuration);
          } else if (!earlier.equals(configuration)) {
            change(device, earlier, configuration);
          }
        });
    giveWhole(whole);
  }

  /** One look serves all of them. */
  private void giveWhole(Map<String, DeviceConfiguration> whole) {
    if (whole.isEmpty()) {
      return;
    }
    // What is told from here on may not be seen by this look.
    doubtful.removeAll(whole.keySet());
    Map<String, DeviceOutcome> outcomes = configure(whole);
    whole.forEach(
        (device, configuration) -> {
          DeviceOutcome outcome = outcomes.getOrDefault(device, DeviceOutcome.failed("unknown"));
          if (outcome.failure().isPresent()) {
            told.remove(device);
          } else if (configuration.equals(told.put(device, configuration))) {
            quarrels.putRight(device, outcome.restored());
          }
          note(device, outcome);
        });
  }

  private Map<String, DeviceOutcome> configure(Map<String, DeviceConfiguration> whole) {
    try {
      return devices.configure(whole);
    } catch (RuntimeException e) {
      // Another's bundle: whatever it throws is told with its tunnels.
      Map<String, DeviceOutcome> failed = new HashMap<>();
      whole
          .keySet()
          .forEach(device -> failed.put(device, DeviceOutcome.failed(RunningDatapath.reason(e))));
      return failed;
    }
  }

  /** What was refused earlier and is still wanted stays so until the next look. */
  private void change(String device, DeviceConfiguration from, DeviceConfiguration to) {
    DeviceOutcome outcome;
    try {
      outcome = devices.change(device, from, to);
    } catch (RuntimeException e) {
      outcome = DeviceOutcome.failed(RunningDatapath.reason(e));
    }
    if (outcome.failure().isPresent()) {
      doubtful.add(device);
      note(device, outcome);
      return;
    }
    told.put(device, to);
    DeviceOutcome earlier = troubles.getOrDefault(device, DeviceOutcome.GOOD);
    Map<IpPrefix, String> routes = new HashMap<>(earlier.routes());
    routes.keySet().removeIf(r -> !to.routes().contains(r) && !to.fallbackRoutes().contains(r));
    routes.putAll(outcome.routes());
    Map<InterfaceAddress, String> addresses = new HashMap<>(earlier.addresses());
    addresses.keySet().retainAll(to.addresses());
    addresses.putAll(outcome.addresses());
    note(device, new DeviceOutcome(outcome.restored(), addresses, routes, Optional.empty()));
  }

  private void note(String device, DeviceOutcome outcome) {
    if (outcome.isComplete() || !wanted.containsKey(device)) {
      troubles.remove(device);
    } else {
      // What was put right is no trouble, and would make equal troubles differ.
      troubles.put(
          device,
          new DeviceOutcome(List.of(), outcome.addresses(), outcome.routes(), outcome.failure()));
    }
  }

  /** Takes from a device what tunnels had there that are no more, unless it went with them. */
  private void clear(String device) {
    DeviceConfiguration earlier = told.remove(device);
    if (earlier == null
        || (earlier.addresses().isEmpty()
            && earlier.routes().isEmpty()
            && earlier.fallbackRoutes().isEmpty())) {
      return;
    }
    DeviceConfiguration nothing = new DeviceConfiguration(Set.of(), Set.of(), earlier.mtu());
    devices
        .change(device, earlier, nothing)
        .cause()
        .ifPresent(reason -> LOG.debug("Device {} is gone with its tunnels: {}", device, reason));
  }
}

package org.culvert.broker;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.culvert.api.broker.PoolUse;

/**
 * The addresses and prefixes of all pools: what is out, and what can still be had. For the broker's
 * thread; {@link #use} for any.
 */
final class Stock {
  private final Settings settings;
  private final Map<Family, AddressPool> endpoint = new EnumMap<>(Family.class);
  private final Map<Family, AddressPool> anonymous = new EnumMap<>(Family.class);
  private final Delegation delegation;

  Stock(Settings settings, byte[] secret) {
    this.settings = settings;
    Pools pools = settings.pools();
    endpoint.put(Family.IPV6, new AddressPool(pools.endpoint(), secret));
    pools.anonymous().ifPresent(pool -> anonymous.put(Family.IPV6, new AddressPool(pool, secret)));
    settings
        .ipv4()
        .ifPresent(
            ipv4 -> {
              int block = ipv4.block();
              endpoint.put(Family.IPV4, new AddressPool(ipv4.endpoint(), block, secret));
              ipv4.anonymous()
                  .ifPresent(
                      pool -> anonymous.put(Family.IPV4, new AddressPool(pool, block, secret)));
            });
    delegation = new Delegation(pools.delegation());
  }

  /** Finds and holds inner addresses; empty if the pool is exhausted or there is none. */
  Optional<Inner> addresses(Slot slot, boolean ofAnonymous) {
    return pool(slot.family(), ofAnonymous)
        .flatMap(pool -> pool.allocate(slot.user()))
        .map(settings::inner);
  }

  /** Holds the address that a user wishes; empty if it is not to be had. */
  Optional<Inner> wished(InetAddress address, boolean ofAnonymous) {
    return pool(Family.of(address), ofAnonymous)
        .filter(pool -> pool.take(address))
        .map(pool -> settings.inner(address));
  }

  /** Tells whether there are addresses for anonymous users at all. */
  boolean servesAnonymous(Family family) {
    return anonymous.containsKey(family);
  }

  /** Returns the prefixes. */
  Delegation prefixes() {
    return delegation;
  }

  /** Tells whether a user may keep the inner addresses of a lease as the pools are now. */
  boolean gives(Inner inner, boolean toAnonymous) {
    return pool(Family.of(inner.client()), toAnonymous)
        .filter(pool -> pool.gives(inner))
        .isPresent();
  }

  /** Holds what a lease has; false if somebody else holds it. Foreign addresses are not counted. */
  boolean hold(Inner inner) {
    return poolOf(inner.client()).map(pool -> pool.hold(inner.exclusive())).orElse(true);
  }

  /** Returns a copy of all addresses that are held. */
  Set<InetAddress> heldAddresses() {
    Set<InetAddress> held = new HashSet<>();
    Stream.of(endpoint, anonymous)
        .flatMap(pools -> pools.values().stream())
        .forEach(pool -> held.addAll(pool.held()));
    return held;
  }

  void free(Inner inner) {
    poolOf(inner.client()).ifPresent(pool -> pool.free(inner.exclusive()));
  }

  List<PoolUse> use() {
    List<PoolUse> use = new ArrayList<>();
    addUse(use, Family.IPV6);
    use.addAll(delegation.use());
    addUse(use, Family.IPV4);
    return use;
  }

  private void addUse(List<PoolUse> use, Family family) {
    pool(family, false).ifPresent(pool -> use.add(use(pool, "endpoint")));
    pool(family, true).ifPresent(pool -> use.add(use(pool, "anonymous")));
  }

  private static PoolUse use(AddressPool pool, String purpose) {
    return new PoolUse(pool.prefix(), purpose, pool.used(), pool.capacity());
  }

  private Optional<AddressPool> pool(Family family, boolean ofAnonymous) {
    return Optional.ofNullable((ofAnonymous ? anonymous : endpoint).get(family));
  }

  private Optional<AddressPool> poolOf(InetAddress address) {
    return Stream.of(endpoint, anonymous)
        .flatMap(pools -> Optional.ofNullable(pools.get(Family.of(address))).stream())
        .filter(pool -> pool.prefix().contains(address))
        .findFirst();
  }
}

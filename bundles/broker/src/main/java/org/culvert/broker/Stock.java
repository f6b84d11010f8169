package org.culvert.broker;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.net.IpPrefix;

/**
 * The addresses and prefixes of all pools: what is out, and what can still be had. For the broker's
 * thread; {@link #use} for any.
 */
final class Stock {
  private final AddressPool endpoint;
  private final Optional<AddressPool> anonymous;
  private final List<PrefixPool> delegation;
  private final int countedLength;

  Stock(Settings settings, byte[] secret) {
    Pools pools = settings.pools();
    endpoint = new AddressPool(pools.endpoint(), secret);
    anonymous = pools.anonymous().map(pool -> new AddressPool(pool, secret));
    delegation = pools.delegation().stream().map(PrefixPool::new).toList();
    countedLength = settings.lengths().unnamed().orElse(settings.lengths().max());
  }

  /** Finds and holds an address; empty if the pool is exhausted or there is none. */
  Optional<InetAddress> address(String owner, boolean ofAnonymous) {
    return ofAnonymous ? anonymous.flatMap(pool -> pool.allocate(owner)) : endpoint.allocate(owner);
  }

  /** Finds and holds a prefix; empty if no pool can give one of this length. */
  Optional<IpPrefix> prefix(int length) {
    return delegation.stream().flatMap(pool -> pool.allocate(length).stream()).findFirst();
  }

  /** Tells whether an address is the operator's to give to such a user. */
  boolean gives(InetAddress address, boolean toAnonymous) {
    return toAnonymous
        ? anonymous.filter(pool -> pool.prefix().contains(address)).isPresent()
        : endpoint.prefix().contains(address);
  }

  /** Tells whether a prefix is the operator's to give. */
  boolean gives(IpPrefix prefix) {
    return poolOf(prefix).isPresent();
  }

  /** Holds what a lease has; false if somebody else holds it. Foreign addresses are not counted. */
  boolean hold(InetAddress address) {
    return poolOf(address).map(pool -> pool.hold(address)).orElse(true);
  }

  boolean hold(IpPrefix prefix) {
    return poolOf(prefix).map(pool -> pool.hold(prefix)).orElse(true);
  }

  void free(InetAddress address) {
    poolOf(address).ifPresent(pool -> pool.free(address));
  }

  void free(IpPrefix prefix) {
    poolOf(prefix).ifPresent(pool -> pool.free(prefix));
  }

  List<PoolUse> use() {
    List<PoolUse> use = new ArrayList<>();
    use.add(new PoolUse(endpoint.prefix(), "endpoint", endpoint.used(), endpoint.capacity()));
    anonymous.ifPresent(
        pool -> use.add(new PoolUse(pool.prefix(), "anonymous", pool.used(), pool.capacity())));
    for (PrefixPool pool : delegation) {
      use.add(new PoolUse(pool.prefix(), "prefix", pool.used(), pool.capacity(countedLength)));
    }
    return use;
  }

  private Optional<AddressPool> poolOf(InetAddress address) {
    return endpoint.prefix().contains(address)
        ? Optional.of(endpoint)
        : anonymous.filter(pool -> pool.prefix().contains(address));
  }

  private Optional<PrefixPool> poolOf(IpPrefix prefix) {
    return prefix.length() > 64
        ? Optional.empty()
        : delegation.stream().filter(pool -> pool.prefix().contains(prefix)).findFirst();
  }
}

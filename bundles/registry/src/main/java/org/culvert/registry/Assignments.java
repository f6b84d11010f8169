package org.culvert.registry;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpPrefix;

/**
 * Who holds what, as the leases say. Changes come from one thread; others may ask meanwhile.
 *
 * <p>Prefixes of leases never overlap, so an address lies in the one whose first address is the
 * last that is not behind it.
 */
final class Assignments {
  private final NicHandles handles;
  private final Collection<IpPrefix> networks;
  private final ConcurrentSkipListMap<byte[], Assignment> byAddress =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
  private final Map<String, Assignment> known = new HashMap<>();
  private final Map<String, Assignment> byHandle = new ConcurrentHashMap<>();

  Assignments(NicHandles handles, Collection<IpPrefix> networks) {
    this.handles = handles;
    this.networks = networks;
  }

  synchronized void replace(Collection<Lease> leases) {
    byAddress.clear();
    known.clear();
    byHandle.clear();
    leases.forEach(this::put);
  }

  synchronized void put(Lease lease) {
    remove(lease);
    if (lease.prefix().isEmpty() || lease.anonymous() || !isAssigned(lease.state())) {
      return;
    }
    Optional<String> handle = handles.of(lease.owner()).filter(h -> isFree(h, lease.owner()));
    Assignment assignment =
        new Assignment(
            lease.prefix().get(), Optional.of(lease.owner()), handle, Optional.of(lease.created()));
    handle.ifPresent(h -> byHandle.put(h, assignment));
    known.put(lease.id(), assignment);
    byAddress.put(assignment.prefix().network().getAddress(), assignment);
  }

  synchronized void remove(Lease lease) {
    Assignment before = known.remove(lease.id());
    if (before != null) {
      byAddress.remove(before.prefix().network().getAddress());
      before.handle().ifPresent(byHandle::remove);
    }
  }

  /** Tells whether a user may have a handle: nobody else has it. */
  boolean isFree(String handle, String user) {
    Assignment holder = byHandle.get(handle);
    return holder == null || holder.holder().filter(user::equals).isPresent();
  }

  /** Finds the smallest network that a prefix or an address lies in. */
  Optional<Assignment> holding(IpPrefix asked) {
    Map.Entry<byte[], Assignment> before = byAddress.floorEntry(asked.network().getAddress());
    return Optional.ofNullable(before)
        .map(Map.Entry::getValue)
        .filter(assignment -> assignment.prefix().contains(asked))
        .or(() -> network(asked));
  }

  /** Finds what is registered under a handle. */
  Optional<Assignment> of(String handle) {
    return Optional.ofNullable(byHandle.get(handle));
  }

  private Optional<Assignment> network(IpPrefix asked) {
    return networks.stream()
        .filter(network -> network.contains(asked))
        .findFirst()
        .map(Assignment::own);
  }

  /** An expired lease still keeps its prefix from everybody else. */
  private static boolean isAssigned(Lease.State state) {
    return state == Lease.State.ACTIVE || state == Lease.State.EXPIRED;
  }
}

package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.netdev.linux.Netlink.Answer;
import org.jspecify.annotations.Nullable;

/**
 * One owner's tunnel devices in the kernel, for one piece of work on one thread.
 *
 * <ol>
 *   <li>{@link #list} what is there
 *   <li>{@link #removeAllBut} what is wanted
 *   <li>{@link #make} the rest: change what is there in place, create what is not, and bring it up
 *       once it bears the mark
 * </ol>
 */
final class TunnelLinks {
  private final Netlink netlink;
  private final String owner;
  private final Map<String, TunnelLink> all;

  private TunnelLinks(Netlink netlink, String owner, Map<String, TunnelLink> all) {
    this.netlink = netlink;
    this.owner = owner;
    this.all = all;
  }

  /** Lists all devices by name. */
  static Map<String, TunnelLink> list(Netlink netlink) throws IOException {
    Map<String, TunnelLink> links = new HashMap<>();
    netlink.dump(
        LinkRequests.list(),
        message -> {
          TunnelLink link = TunnelLink.read(message);
          links.put(link.name(), link);
        });
    return links;
  }

  /** Finds one device; empty if it is not there. */
  static Optional<TunnelLink> find(Netlink netlink, String name) throws IOException {
    List<TunnelLink> found = new ArrayList<>();
    netlink.look(LinkRequests.find(name), message -> found.add(TunnelLink.read(message)));
    return found.stream().findFirst();
  }

  /** Looks at what there is now. */
  static TunnelLinks of(Netlink netlink, String owner) throws IOException {
    return new TunnelLinks(netlink, owner, list(netlink));
  }

  /** Tells whether a device bears this owner's mark. */
  static boolean isOf(String owner, TunnelLink link) {
    return link.kind().isPresent() && OwnerMark.owner(link.alias()).equals(Optional.of(owner));
  }

  /** Removes the owner's devices, but for those that go on as these. */
  void removeAllBut(Map<String, TunnelDevice> wanted) throws IOException {
    List<TunnelLink> leaving =
        all.values().stream()
            .filter(link -> isOf(owner, link))
            .filter(link -> !goesOnAs(link, wanted.get(link.name())))
            .toList();
    netlink.change(leaving.stream().map(link -> LinkRequests.remove(link.index())).toList());
    leaving.forEach(link -> all.remove(link.name()));
  }

  private static boolean goesOnAs(TunnelLink link, @Nullable TunnelDevice device) {
    return device != null && link.kind().equals(TunnelKind.of(device.wire()));
  }

  /** Removes one of the owner's devices, if it is there. */
  void remove(String name) throws IOException {
    TunnelLink link = all.get(name);
    if (link != null && isOf(owner, link)) {
      netlink.change(List.of(LinkRequests.remove(link.index())));
      all.remove(name);
    }
  }

  /**
   * Makes devices, or makes those that are there like these.
   *
   * @return those that could not be made, by name, with the cause
   */
  Map<String, String> make(Iterable<TunnelDevice> devices) throws IOException {
    Map<String, String> failures = new LinkedHashMap<>();
    Map<String, TunnelDevice> missing = new LinkedHashMap<>();
    for (TunnelDevice device : devices) {
      TunnelLink link = all.get(device.name());
      if (link == null) {
        missing.put(device.name(), device);
      } else if (!isOf(owner, link) && !isHalfMade(link, device)) {
        failures.put(device.name(), "another program has a device named " + device.name());
      } else if (!link.is(device) && !change(link, device)) {
        // It stands where another of ours stood that has not moved away yet.
        netlink.change(List.of(LinkRequests.remove(link.index())));
        missing.put(device.name(), device);
      } else {
        ready(link, device).ifPresent(failure -> failures.put(device.name(), failure));
      }
    }
    missing.forEach(
        (name, device) -> create(device).ifPresent(failure -> failures.put(name, failure)));
    return failures;
  }

  /** A process that was killed between making a device and marking it leaves it down. */
  private static boolean isHalfMade(TunnelLink link, TunnelDevice device) {
    return !link.isUp() && link.alias().isEmpty() && link.is(device);
  }

  private boolean change(TunnelLink link, TunnelDevice device) throws IOException {
    TunnelKind kind = TunnelKind.of(device.wire()).orElseThrow();
    return netlink.change(List.of(LinkRequests.change(link.index(), kind, device))).get(0).isDone();
  }

  private Optional<String> create(TunnelDevice device) {
    TunnelKind kind = TunnelKind.of(device.wire()).orElseThrow();
    try {
      if (!RouteTable.isLocal(netlink, device.outer().local().getAddress())) {
        return Optional.of(AbsentAddress.words(device.outer().local().getAddress()));
      }
      Answer answer = netlink.change(List.of(LinkRequests.make(kind, device))).get(0);
      if (answer.errno() == Errno.EEXIST) {
        return Optional.of(
            "another program has a tunnel device with the same outer addresses or the name "
                + device.name());
      }
      if (!answer.isDone()) {
        return reason(answer.failure("making the tunnel device " + device.name()));
      }
      return ready(DeviceName.index(device.name()), device);
    } catch (IOException e) {
      return reason(e);
    }
  }

  /** Leaves a device that is as it should be wholly alone. */
  private Optional<String> ready(TunnelLink link, TunnelDevice device) {
    return link.isUp() && link.mtu() == device.mtu() && link.isMulticast() == device.ownLink()
        ? Optional.empty()
        : ready(link.index(), device);
  }

  /** Marks a device and brings it up with its MTU. */
  private Optional<String> ready(int index, TunnelDevice device) {
    String name = device.name();
    try {
      netlink.change(
          LinkRequests.mark(index, OwnerMark.of(owner, device.tunnel())), "marking " + name);
      // Refused where IPv6 is switched off, and then there is nothing to keep quiet.
      netlink.change(List.of(RoutingRequests.quiet(index)));
      netlink.change(RoutingRequests.mtu(index, device.mtu()), "setting the MTU of " + name);
      netlink.change(
          RoutingRequests.multicast(index, device.ownLink()), "telling what " + name + " carries");
      netlink.change(RoutingRequests.up(index), "setting " + name + " up");
      return Optional.empty();
    } catch (IOException e) {
      return reason(e);
    }
  }

  private static Optional<String> reason(IOException e) {
    return Optional.of(String.valueOf(e.getMessage()));
  }
}

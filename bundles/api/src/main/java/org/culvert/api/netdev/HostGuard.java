package org.culvert.api.netdev;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpPrefix;

/**
 * What may be reached from a server's tunnels of what is not the world: the server's host, and
 * other tunnels.
 *
 * <p>From tunnels, a host's services are closed but for those that are named, echo and other ICMP,
 * and answers to what the host itself has asked. What is forwarded to the world is not touched.
 *
 * @param name names what guards; the name of the device that tunnels share
 * @param devices names of devices that tunnels have; a {@code *} at the end stands for any ending.
 *     Devices of the operating system's tunnel drivers need not be named: they are known by their
 *     kind, and by the members that packets come from
 * @param members all that tunnels' addresses and prefixes are in
 * @param isolated those of them that reach no other tunnel and that no other tunnel reaches
 * @param open whether all services of the host are open
 * @param services the services that are
 * @param groups the groups of tunnels' addresses and prefixes: those reach one another that have a
 *     group in common, and no tunnel reaches another otherwise. Empty: groups decide nothing
 */
public record HostGuard(
    String name,
    Set<String> devices,
    Set<IpPrefix> members,
    Set<IpPrefix> isolated,
    boolean open,
    Set<HostService> services,
    Optional<Map<IpPrefix, Set<String>>> groups) {

  /** Copies the collections. */
  public HostGuard {
    devices = Set.copyOf(devices);
    members = Set.copyOf(members);
    isolated = Set.copyOf(isolated);
    services = Set.copyOf(services);
    groups = groups.map(Map::copyOf);
  }

  /** Describes what groups decide nothing about. */
  public HostGuard(
      String name,
      Set<String> devices,
      Set<IpPrefix> members,
      Set<IpPrefix> isolated,
      boolean open,
      Set<HostService> services) {
    this(name, devices, members, isolated, open, services, Optional.empty());
  }

  /** Returns the same with these groups. */
  public HostGuard grouped(Optional<Map<IpPrefix, Set<String>>> others) {
    return new HostGuard(name, devices, members, isolated, open, services, others);
  }

  /** Tells whether there are tunnels that do not reach one another. */
  public boolean isolates() {
    return groups.isPresent() || !isolated.isEmpty();
  }
}

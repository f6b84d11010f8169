package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.culvert.netdev.linux.Netlink.Answer;

/**
 * The TUN devices that this process has open, by the name that each was made with. What carries
 * their packets goes on when somebody gives them another name; what finds them by name does not, so
 * the name is put back. A name and an index can be another program's by now: only the descriptor
 * tells which device is ours.
 */
final class OpenDevices {
  private final Map<String, LinuxTunDevice> devices = new ConcurrentHashMap<>();

  /** What shows the host's filter that they are ours. */
  private final Map<LinuxTunDevice, Presence> shown = new ConcurrentHashMap<>();

  /** Takes note of a device, before it is up: what is up and not ours is not filtered. */
  void opened(LinuxTunDevice device) throws IOException {
    OwnDevices.show(device.name()).ifPresent(presence -> shown.put(device, presence));
    devices.put(device.name(), device);
  }

  /** Forgets a device; another of the same name that was opened since is not meant. */
  void closed(LinuxTunDevice device) {
    devices.remove(device.name(), device);
    Optional.ofNullable(shown.remove(device)).ifPresent(Presence::close);
  }

  /** Tells whether a link is a device of ours, or a tunnel of the kernel's. */
  boolean isOurs(TunnelLink link) {
    return devices.containsKey(link.name()) || link.kind().isPresent();
  }

  /**
   * Checks that a name is our device's still, if it was.
   *
   * @throws IOException if it is not, or the device is in another network namespace
   */
  void check(String name) throws IOException {
    LinuxTunDevice device = devices.get(name);
    if (device != null && !device.nameNow().equals(name)) {
      throw new IOException(name + " has another name now");
    }
  }

  /**
   * Gives a device its name back, if it has another.
   *
   * @return what it was called meanwhile
   * @throws IOException if another device has the name by now, it is in another network namespace,
   *     or the operating system refuses
   */
  Optional<String> putBack(Netlink netlink, String name) throws IOException {
    LinuxTunDevice device = devices.get(name);
    if (device == null) {
      return Optional.empty();
    }
    String foreign = device.nameNow();
    if (foreign.equals(name)) {
      return Optional.empty();
    }
    rename(netlink, DeviceName.index(foreign), foreign, name);
    return Optional.of(foreign);
  }

  private static void rename(Netlink netlink, int index, String from, String to)
      throws IOException {
    String doing = "giving device " + from + " its name " + to + " back";
    Answer answer = netlink.change(List.of(RoutingRequests.name(index, to))).get(0);
    if (answer.errno() == Errno.EBUSY) {
      // Kernels before 6.2 rename only what is down; whoever looks next sets it up.
      netlink.change(RoutingRequests.down(index), "setting " + from + " down");
      netlink.change(RoutingRequests.name(index, to), doing);
    } else if (!answer.isDone()) {
      throw answer.failure(doing);
    }
  }
}

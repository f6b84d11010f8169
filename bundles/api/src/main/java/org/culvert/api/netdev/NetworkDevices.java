package org.culvert.api.netdev;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes and configures network devices of the operating system. Calls block.
 *
 * <p>Nothing is remembered from one call to the next: what a device has is what the operating
 * system says it has, and what is ours there bears our marks.
 */
@ConsumerType
public interface NetworkDevices {

  /**
   * Makes a TUN device and brings it up.
   *
   * @param name the device's name, 1 to 15 letters, digits, {@code .}, {@code _} or {@code -}
   * @param mtu the device's MTU in octets
   * @throws IOException if the operating system refuses; the message says which right is missing
   */
  TunDevice openTun(String name, int mtu) throws IOException;

  /**
   * Looks for an interface that keeps a name from a device of ours: one of another kind that bears
   * it, or whose name begins with it and a {@code -}, as names of devices of a tunnel's own do. A
   * TUN device is none: it may be ours, and goes with its process.
   *
   * @return the interface's name; empty if there is none
   * @throws IOException if the operating system refuses
   */
  default Optional<String> foreign(String name) throws IOException {
    return Optional.empty();
  }

  /**
   * Looks at devices, all at one time, and gives each exactly its addresses and routes: it is set
   * up, what is missing is added, what is ours and not named is removed, what others put there
   * stays. IPv6 is switched on where it is needed.
   *
   * @param wanted what each device should have, by name
   * @return what came of it, for every device
   */
  Map<String, DeviceOutcome> configure(Map<String, DeviceConfiguration> wanted);

  /**
   * Takes a device from one configuration to another by what differs, without a look at what it
   * has: the cost is that of the change.
   */
  DeviceOutcome change(String device, DeviceConfiguration from, DeviceConfiguration to);

  /**
   * Looks whether devices have what they should have, and whether routes that lead to their
   * destinations lead elsewhere; changes nothing.
   *
   * @return what is not so, a line each
   * @throws IOException if the operating system refuses
   */
  List<String> verify(Map<String, DeviceConfiguration> wanted) throws IOException;

  /**
   * Looks for what others have put into the operating system that keeps packets from these ways:
   * routes that are better than ours, rules that decide before ours, addresses of this host that
   * are another's, packet filters. A default route of others that leads somewhere does not count:
   * there the metric says which is wanted. Nothing is changed.
   *
   * @throws IOException if the operating system refuses
   */
  Hindrances hindrances(Ways ways) throws IOException;

  /**
   * Looks whether packets to addresses end at this host, as they do where an interface has the
   * address.
   *
   * @return why they do not and what to do about it, a line for each address of which that is so
   * @throws IOException if the operating system refuses
   */
  Map<InetAddress, String> missing(Set<InetAddress> addresses) throws IOException;

  /**
   * Tells a watcher of changes from now on.
   *
   * @return ends the watch
   * @throws IOException if the operating system refuses
   */
  Watch watch(DeviceWatcher watcher) throws IOException;

  /**
   * Configures one device.
   *
   * @throws IOException about the first thing that it could not be given
   */
  default void configure(String device, DeviceConfiguration configuration) throws IOException {
    Optional<String> cause =
        configure(Map.of(device, configuration))
            .getOrDefault(device, DeviceOutcome.failed("nothing is known of " + device))
            .cause();
    if (cause.isPresent()) {
      throw new IOException(cause.get());
    }
  }

  /** Verifies one device. */
  default List<String> verify(String device, DeviceConfiguration configuration) throws IOException {
    return verify(Map.of(device, configuration));
  }

  /** Changes that are being told. */
  interface Watch extends AutoCloseable {
    /** Ends the watch; returns once no call to the watcher is under way, or after a second. */
    @Override
    void close();
  }
}

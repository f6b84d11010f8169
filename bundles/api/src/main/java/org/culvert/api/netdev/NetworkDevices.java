package org.culvert.api.netdev;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Makes and configures network devices of the operating system. Calls block. */
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
   * Gives a device exactly these addresses and routes: what is missing is added, what Culvert added
   * earlier and is not named any more is removed, what others put there stays.
   *
   * @throws IOException if the operating system refuses
   */
  void configure(String device, DeviceConfiguration configuration) throws IOException;

  /**
   * Looks whether a device has what it should have, and whether a route that leads to one of its
   * destinations leads elsewhere.
   *
   * @return what is not so, a line each
   * @throws IOException if the operating system refuses
   */
  List<String> verify(String device, DeviceConfiguration configuration) throws IOException;
}

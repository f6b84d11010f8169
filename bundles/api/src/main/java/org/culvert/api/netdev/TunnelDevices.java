package org.culvert.api.netdev;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.encapsulation.WireFormat;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes tunnel devices through which the operating system itself moves packets, each behind a
 * filter of inner addresses. Calls block.
 *
 * <p>Devices outlive the process that made them, so that a tunnel goes on carrying packets while
 * its owner is started again. They bear the owner's mark, and nothing without it is ever touched.
 */
@ConsumerType
public interface TunnelDevices {

  /**
   * Tells what keeps the operating system from carrying packets of this format, as it is now: a
   * driver, a right or the filter that is missing, in one line.
   *
   * @return empty if it can
   */
  Optional<String> obstacle(WireFormat wire);

  /**
   * Returns everybody whose mark is on a device or filter that is there now, but for those whom
   * another process that is at work has claimed.
   *
   * @throws IOException if the operating system refuses to tell
   */
  Set<String> owners() throws IOException;

  /**
   * Takes over the devices that bear an owner's mark, if there are any; they stay as they are until
   * the first {@link TunnelDeviceGroup#apply}.
   *
   * @param owner 1 to 15 letters, digits, {@code .}, {@code _} or {@code -}
   * @throws IOException if the operating system refuses; the message says which right is missing
   */
  TunnelDeviceGroup claim(String owner) throws IOException;
}

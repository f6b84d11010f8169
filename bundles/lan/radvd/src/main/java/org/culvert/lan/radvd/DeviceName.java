package org.culvert.lan.radvd;

import java.util.regex.Pattern;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;

/** What may name a device: nothing that an option, a path or a rule would be read from. */
final class DeviceName {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,14}");

  private DeviceName() {}

  static boolean fits(String name) {
    return ALLOWED.matcher(name).matches();
  }

  /** Returns the name of a tunnel's device, which may be unknown yet. */
  static String of(ServedTunnel tunnel) throws ServiceException {
    String device =
        tunnel
            .device()
            .orElseThrow(() -> ServiceException.passing("the tunnel's device is not known", null));
    if (!fits(device)) {
      throw ServiceException.lasting("the tunnel's device has a name that is none", null);
    }
    return device;
  }
}

package org.culvert.lan.radvd;

import java.util.regex.Pattern;

/** What may name a device: nothing that an option, a path or a rule would be read from. */
final class DeviceName {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,14}");

  private DeviceName() {}

  static boolean fits(String name) {
    return ALLOWED.matcher(name).matches();
  }
}

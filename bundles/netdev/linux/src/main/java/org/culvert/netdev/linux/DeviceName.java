package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.regex.Pattern;

/** What may name a device: nothing that a path, a shell or the kernel's patterns would read. */
final class DeviceName {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,15}");

  private DeviceName() {}

  /**
   * Returns the name.
   *
   * @throws IllegalArgumentException if it is not one
   */
  static String checked(String name) {
    if (!ALLOWED.matcher(name).matches() || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException(
          "not a device name: \""
              + name
              + "\"; write 1 to 15 of the characters a-z, A-Z, 0-9, '.', '_', '-'");
    }
    return name;
  }

  /** Returns the index of the device that has a name now; one must have it. */
  static int index(String name) throws IOException {
    int index = Libc.if_nametoindex(name);
    if (index == 0) {
      throw new IOException("there is no network device named " + name);
    }
    return index;
  }
}

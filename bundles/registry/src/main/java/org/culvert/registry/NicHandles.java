package org.culvert.registry;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Gives users their nic-handles: the operator's choice, or one made of the user's name. */
final class NicHandles {
  /** What a handle looks like, for messages. */
  static final String FORM = "2 to 40 letters, digits and hyphens, a letter or digit at each end";

  private static final int MOST = 40;

  private final Map<String, String> chosen;
  private final String suffix;
  private final String contact;

  /**
   * @param contact the operator's own, which is made of nobody's name
   */
  NicHandles(Map<String, String> chosen, String source, String contact) {
    this.chosen = chosen;
    this.suffix = "-" + source;
    this.contact = contact;
  }

  static boolean isValid(String handle) {
    return handle.matches("[A-Z0-9][A-Z0-9-]{0,38}[A-Z0-9]");
  }

  /** Returns a user's handle; empty if the name has nothing that a handle can be made of. */
  Optional<String> of(String user) {
    String fixed = chosen.get(user);
    if (fixed != null) {
      return Optional.of(fixed);
    }
    String made =
        user.toUpperCase(Locale.ROOT)
            .replaceAll("[^A-Z0-9]+", "-")
            .replaceAll("^-+", "")
            .replaceAll("-+$", "");
    String handle = made + suffix;
    boolean taken = handle.equals(contact) || chosen.containsValue(handle);
    return made.isEmpty() || handle.length() > MOST || taken
        ? Optional.empty()
        : Optional.of(handle);
  }
}

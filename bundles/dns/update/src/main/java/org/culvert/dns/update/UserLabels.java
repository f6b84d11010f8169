package org.culvert.dns.update;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes a label of a user's name, another one for each user. A name that is a label in lower case
 * already stays as it is; any other becomes one, and a keyed hash behind it keeps {@code a.b} from
 * {@code a-b}.
 */
final class UserLabels {
  /** The longest label that is made, so that a template has room around it. */
  static final int LONGEST = 40;

  private static final int LONGEST_READABLE = LONGEST - 1 - KeyedHash.LENGTH;
  private static final Pattern PLAIN = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

  /** What only a label with a hash may look like. */
  private static final Pattern HASHED =
      Pattern.compile(".*-[a-z2-7]{" + KeyedHash.LENGTH + "}", Pattern.DOTALL);

  /** Hosts look for these by themselves, or they belong to whoever runs the zone. */
  private static final List<String> WELL_KNOWN =
      List.of(
          "autoconfig",
          "autodiscover",
          "isatap",
          "localhost",
          "localdomain",
          "broadcasthost",
          "imap",
          "mail",
          "mta-sts",
          "mx",
          "ns",
          "openpgpkey",
          "pop",
          "smtp",
          "wpad",
          "www");

  /** What this bundle names itself, see {@link NameServers} and {@link Hosts}. */
  private static final Pattern MADE = Pattern.compile("(v4)?(ns[0-9]*|host-.*)");

  private final KeyedHash hash;
  private final Set<String> reserved;

  /**
   * @param reserved labels that nobody gets, beside those that hosts look for by themselves
   */
  UserLabels(KeyedHash hash, List<String> reserved) {
    this.hash = hash;
    this.reserved = new HashSet<>(WELL_KNOWN);
    reserved.forEach(label -> this.reserved.add(label.toLowerCase(Locale.ROOT)));
  }

  /** Tells whether nobody gets this label. */
  boolean isReserved(String label) {
    return reserved.contains(label) || MADE.matcher(label).matches();
  }

  /** Returns the user's label. */
  String label(String user) {
    boolean stays =
        user.length() <= LONGEST
            && PLAIN.matcher(user).matches()
            && !user.contains("--")
            && !HASHED.matcher(user).matches()
            && !isReserved(user);
    return stays ? user : readable(user) + "-" + hash.word("label", user);
  }

  private static String readable(String user) {
    StringBuilder label = new StringBuilder(LONGEST_READABLE);
    for (int i = 0; i < user.length() && label.length() < LONGEST_READABLE; i++) {
      char c = user.charAt(i);
      char lower = c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
      if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) {
        label.append(lower);
      } else if (!label.isEmpty() && label.charAt(label.length() - 1) != '-') {
        label.append('-');
      }
    }
    while (!label.isEmpty() && label.charAt(label.length() - 1) == '-') {
      label.setLength(label.length() - 1);
    }
    return label.isEmpty() ? "u" : label.toString();
  }
}

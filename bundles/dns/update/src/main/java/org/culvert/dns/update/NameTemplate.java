package org.culvert.dns.update;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.xbill.DNS.Name;

/**
 * How a name is put together, for example <code>{user}.{zone}</code>: {@code {user}} is the user's
 * label, {@code {hash}} a keyed hash of the user, {@code {zone}} the zone that it ends with.
 */
final class NameTemplate {
  private static final String ZONE = ".{zone}";
  private static final String USER = "{user}";
  private static final String HASH = "{hash}";
  private static final Pattern FORM = Pattern.compile("[a-z0-9{}.-]+");

  /** What is put in front of a name at most: a wish, and a made name server's or host's label. */
  private static final int ROOM = UserLabels.LONGEST + 1 + UserLabels.LONGEST + 1;

  private final String text;
  private final Name zone;

  private NameTemplate(String text, Name zone) {
    this.text = text;
    this.zone = zone;
  }

  /**
   * Reads a template.
   *
   * @param accounts whether it may name the user
   * @throws IllegalArgumentException if it cannot make a valid name of every user
   */
  static NameTemplate parse(String text, Name zone, boolean accounts) {
    if (!text.endsWith(ZONE) || !FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("it must be lower case and end in " + ZONE);
    }
    String front = text.substring(0, text.length() - ZONE.length());
    if (!accounts && front.contains(USER)) {
      throw new IllegalArgumentException("there is no {user}; write {hash}");
    }
    int users = front.split(Pattern.quote(USER), -1).length - 1;
    if (users > 1 || (users == 0 && !front.contains(HASH))) {
      throw new IllegalArgumentException(
          "it must hold " + (accounts ? "{user} once, or {hash}" : "{hash}"));
    }
    NameTemplate template = new NameTemplate(front, zone);
    Name longest =
        HostNames.parse(
            template.fill("u".repeat(UserLabels.LONGEST), "h".repeat(KeyedHash.LENGTH)));
    if (longest.length() + ROOM > HostNames.LONGEST_NAME) {
      throw new IllegalArgumentException("names would become longer than 255 octets");
    }
    return template;
  }

  /** Returns the labels of a template that are the same in all its names. */
  static List<String> fixedLabels(String text) {
    return Arrays.stream(text.split("\\.")).filter(label -> label.indexOf('{') < 0).toList();
  }

  /** Returns the name for a label and a hash. */
  Name name(String label, String hash) {
    return HostNames.absolute(fill(label, hash));
  }

  private String fill(String label, String hash) {
    return text.replace(HASH, hash).replace(USER, label) + "." + HostNames.text(zone);
  }
}

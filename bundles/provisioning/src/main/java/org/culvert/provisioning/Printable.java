package org.culvert.provisioning;

/** Makes one line, for the log and the shell, of what a service or a user's name says. */
final class Printable {
  private static final int MOST = 300;

  private Printable() {}

  /** Joins lines, and replaces whatever could move a cursor. */
  static String of(String text) {
    String line = text.replaceAll("\\s+", " ").replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", "?");
    return line.length() > MOST ? line.substring(0, MOST) : line;
  }
}

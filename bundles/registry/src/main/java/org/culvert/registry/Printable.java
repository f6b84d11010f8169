package org.culvert.registry;

/** Makes text fit for one line of an answer: what a user's name may hold, a line may not. */
final class Printable {
  private Printable() {}

  static String of(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints().forEach(c -> printable.appendCodePoint(c >= ' ' && c < 0x7F ? c : '?'));
    return printable.toString();
  }
}

package org.culvert.conformance.client;

/**
 * One step of a script.
 *
 * @param act what happens
 * @param text with what, placeholders unfilled
 */
record Step(Act act, String text) {

  /**
   * Reads a line of a script.
   *
   * @throws IllegalArgumentException if it is not understood
   */
  static Step parse(String line) {
    String head;
    String text;
    int colon = line.indexOf(':');
    if (colon >= 0 && line.substring(0, colon).matches("[CS]( [a-z-]+)?")) {
      head = line.substring(0, colon);
      text = line.substring(colon + 1).strip();
    } else {
      boolean spoken = line.startsWith("C ") || line.startsWith("S ");
      String[] words = line.split(" +", spoken ? 3 : 2);
      int count = spoken ? 2 : 1;
      head = spoken ? words[0] + " " + words[1] : words[0];
      text = words.length > count ? words[count] : "";
    }
    for (Act act : Act.values()) {
      if (act.word().equals(head)) {
        return new Step(act, text);
      }
    }
    throw new IllegalArgumentException("no step is called \"" + head + "\"");
  }
}

package org.culvert.conformance;

/**
 * One step of a dialogue.
 *
 * @param verb what happens
 * @param text with what, placeholders unfilled
 */
record Step(Verb verb, String text) {

  /**
   * Reads a line of a case file.
   *
   * @throws IllegalArgumentException if it is not understood
   */
  static Step parse(String line) {
    String head = line;
    String text = "";
    boolean spoken = line.startsWith("C") || line.startsWith("S");
    int colon = line.indexOf(':');
    if (spoken && colon >= 0 && line.substring(0, colon).matches("[CS]( [a-z-]+)?")) {
      head = line.substring(0, colon);
      text = line.substring(colon + 1).strip();
    } else {
      String[] words = line.split(" +", spoken ? 3 : 2);
      int count = spoken ? 2 : 1;
      head = spoken && words.length > 1 ? words[0] + " " + words[1] : words[0];
      text = words.length > count ? words[count] : "";
    }
    for (Verb verb : Verb.values()) {
      if (verb.word().equals(head)) {
        return new Step(verb, text);
      }
    }
    throw new IllegalArgumentException("no step is called \"" + head + "\"");
  }

  Step with(String more) {
    return new Step(verb, text + more);
  }
}

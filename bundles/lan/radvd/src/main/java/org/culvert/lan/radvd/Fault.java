package org.culvert.lan.radvd;

import java.util.List;

/**
 * What is not as it was provided.
 *
 * @param text says it, and what to do about it
 * @param isOurs whether giving again can help; where it cannot, somebody else has to act first
 */
record Fault(String text, boolean isOurs) {
  static Fault ours(String text) {
    return new Fault(text, true);
  }

  static Fault others(String text) {
    return new Fault(text, false);
  }

  static List<String> texts(List<Fault> faults) {
    return faults.stream().map(Fault::text).toList();
  }
}

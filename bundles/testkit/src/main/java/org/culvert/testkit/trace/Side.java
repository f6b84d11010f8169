package org.culvert.testkit.trace;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Whose conduct a demand binds, and a case or a test shows. */
enum Side {
  SERVER,
  CLIENT;

  static final Set<Side> BOTH = Set.of(SERVER, CLIENT);

  /** Returns those whom a demand binds, by the fourth column of {@code demands.txt}. */
  static Set<Side> named(String whom) {
    return whom.equals("both") ? BOTH : Set.of(valueOf(whom.toUpperCase(Locale.ROOT)));
  }

  /** Returns those of the first that are not among the second. */
  static Set<Side> without(Set<Side> all, Set<Side> shown) {
    Set<Side> left = EnumSet.copyOf(all);
    left.removeAll(shown);
    return left;
  }
}

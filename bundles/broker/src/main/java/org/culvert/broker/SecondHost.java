package org.culvert.broker;

/** What becomes of a host that comes with an account whose tunnel another host has and uses. */
enum SecondHost {
  /** It gets the tunnel; who had it before may take it back a few times. */
  WINS,
  /** It is refused while the other is heard. */
  REFUSED;

  static SecondHost of(String text) {
    return Keys.word("secondHost", text, SecondHost.class, "write wins or refused");
  }
}

package org.culvert.netdev.linux;

/** What a tunnel's packets are checked for, each with a counter of those that it settled. */
enum FilterCheck {
  /** Coming in, nothing is amiss: the only ones that are let in. */
  IN_PASSED("in-passed"),
  /** Coming in, an address that no tunnel may carry, or a source that is this end's own. */
  IN_MARTIAN("in-martian"),
  /** Coming in, a tunnel's packet that this host would unpack once more. */
  IN_LOOP("in-loop"),
  /** Coming in, a source that was not assigned to the tunnel. */
  IN_SOURCE("in-source"),
  /** Going out, an address that no tunnel may carry. */
  OUT_MARTIAN("out-martian"),
  /** Going out, what this host has packed already, or what may enter no other tunnel. */
  OUT_LOOP("out-loop"),
  /** Going out, a source that is not this end's. */
  OUT_SOURCE("out-source");

  private final String label;

  FilterCheck(String label) {
    this.label = label;
  }

  /** Returns the name of a device's counter. */
  String counter(String device) {
    return label + "/" + device;
  }
}

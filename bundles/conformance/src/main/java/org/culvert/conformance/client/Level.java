package org.culvert.conformance.client;

/** How binding it is what a script asks of a client. */
enum Level {
  /** The documents demand it. */
  MUST,
  /** The documents recommend it. */
  SHOULD,
  /** A client may leave it out, but if it is there, it has to work as described. */
  OPTIONAL,
  /** No document says so, but servers in the field depend on it. */
  FIELD
}

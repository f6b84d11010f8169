package org.culvert.conformance;

/** How binding it is what a case asks for. */
enum Level {
  /** The documents demand it. */
  MUST,
  /** The documents recommend it. */
  SHOULD,
  /** A server may leave it out, but if it is there, it has to work as described. */
  OPTIONAL,
  /** No document says so, but programs in the field depend on it. */
  FIELD
}

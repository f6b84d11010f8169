package org.culvert.protocol;

/** Where a session stands (RFC 5572 section 4.2). */
public enum Phase {
  /** The server awaits {@code VERSION}. */
  VERSION,
  /** The server awaits {@code AUTHENTICATE}, or a mechanism's message. */
  AUTHENTICATION,
  /** The server awaits a command. */
  COMMAND,
  /** The server has made an offer and awaits {@code accept} or {@code reject}. */
  RESPONSE,
  /** The session is over. */
  CLOSED
}

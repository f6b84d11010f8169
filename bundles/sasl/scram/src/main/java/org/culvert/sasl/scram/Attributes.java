package org.culvert.sasl.scram;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import javax.security.sasl.SaslException;

/**
 * The attributes of a SCRAM message (RFC 5802 section 5.1): a letter, an equals sign, a value, and
 * a comma before the next. Their order is fixed, so they are taken one after the other.
 */
final class Attributes {
  private static final char MANDATORY_EXTENSION = 'm';

  private final Deque<String> waiting;

  private Attributes(Deque<String> waiting) {
    this.waiting = waiting;
  }

  /** Reads attributes; one that must be understood is understood by nobody yet, and refused. */
  static Attributes parse(String text) throws SaslException {
    Deque<String> parts = new ArrayDeque<>(Arrays.asList(text.split(",", -1)));
    for (String part : parts) {
      if (part.length() < 2 || part.charAt(1) != '=' || !isLetter(part.charAt(0))) {
        throw new SaslException("SCRAM message with an attribute that is none");
      }
    }
    if (parts.getFirst().charAt(0) == MANDATORY_EXTENSION) {
      throw new SaslException("SCRAM message with an extension that must be understood");
    }
    return new Attributes(parts);
  }

  /** Takes the next attribute, which must have this name. */
  String take(char name) throws SaslException {
    String next = waiting.poll();
    if (next == null || next.charAt(0) != name) {
      throw new SaslException("SCRAM message without its attribute " + name);
    }
    return next.substring(2);
  }

  /** Takes the last attribute, which must have this name; what stands before it is ignored. */
  String takeLast(char name) throws SaslException {
    String last = waiting.pollLast();
    if (last == null || last.charAt(0) != name) {
      throw new SaslException("SCRAM message without its attribute " + name);
    }
    return last.substring(2);
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}

package org.culvert.conformance.client;

/** Tells where a script cannot be understood. */
final class ScriptFormatException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  ScriptFormatException(String file, int line, String why) {
    super(file + ":" + line + ": " + why);
  }
}

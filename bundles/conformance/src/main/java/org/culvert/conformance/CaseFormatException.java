package org.culvert.conformance;

/** Says where and why a case file cannot be read. */
final class CaseFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CaseFormatException(String file, int line, String why) {
    super(file + ":" + line + ": " + why);
  }
}

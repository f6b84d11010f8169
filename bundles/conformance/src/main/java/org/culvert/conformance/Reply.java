package org.culvert.conformance;

/**
 * A server's answer, as it was sent.
 *
 * @param octets everything, without the header of UDP
 * @param framed whether it has a Content-length
 * @param line the first line of what is said, without its end: a status, a challenge, capabilities
 * @param status the number that the line begins with; -1 if it is none
 * @param xml what follows the line; empty if nothing
 */
record Reply(byte[] octets, boolean framed, String line, int status, String xml) {

  private static final int NONE = -1;

  /** Makes a reply of what was said, without its frame. */
  static Reply of(byte[] octets, boolean framed, String said) {
    int end = said.indexOf('\n');
    String line = (end < 0 ? said : said.substring(0, end)).replaceAll("\r$", "");
    String digits = line.replaceAll("^([0-9]{3,4})( .*)?$", "$1");
    int status = digits.matches("[0-9]{3,4}") ? Integer.parseInt(digits) : NONE;
    return new Reply(octets, framed, line, status, end < 0 ? "" : said.substring(end + 1));
  }

  /** Tells whether it consists of nothing. */
  boolean isEmpty() {
    return octets.length == 0;
  }
}

package org.culvert.protocol;

import java.util.Arrays;

/**
 * The one message of PLAIN as TSP clients write it: NUL, user, NUL, password, CR LF, raw and with
 * stray NULs in front; here turned into what RFC 4616 says.
 */
final class PlainCredentials {
  private PlainCredentials() {}

  /** Returns the message with its three fields; two fields are a user and a password. */
  static byte[] normalize(byte[] line) {
    int start = 0;
    int end = line.length;
    while (start < end && line[start] == 0) {
      start++;
    }
    while (end > start && (line[end - 1] == '\r' || line[end - 1] == '\n')) {
      end--;
    }
    int fields = 1;
    for (int i = start; i < end; i++) {
      fields += line[i] == 0 ? 1 : 0;
    }
    if (fields != 2) {
      return Arrays.copyOfRange(line, start, end);
    }
    byte[] message = new byte[end - start + 1];
    System.arraycopy(line, start, message, 1, end - start);
    return message;
  }
}

package org.culvert.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The question by which clients measure the way to the brokers of a referral. It is answered
 * without a session, before any VERSION, under the request's own header.
 */
public final class EchoRequest {
  private static final String REQUEST = "ECHO REQUEST";

  private EchoRequest() {}

  /** Tells whether a datagram's data, without the header, asks this; the buffer stays as it is. */
  public static boolean matches(ByteBuffer data) {
    if (data.remaining() < REQUEST.length() || data.remaining() > REQUEST.length() + 3) {
      return false;
    }
    return StandardCharsets.ISO_8859_1
        .decode(data.duplicate())
        .toString()
        .replaceAll("[\\r\\n\\x00]+$", "")
        .equals(REQUEST);
  }

  /** Returns the data of the request. */
  public static byte[] request() {
    return REQUEST.getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the data of the answer. */
  public static byte[] answer() {
    return "200 Success\r\n".getBytes(StandardCharsets.US_ASCII);
  }
}

package org.culvert.sasl.scram;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.sasl.SaslException;

/**
 * The front of a client's first message: what it thinks of channel binding, and whom it wants to
 * act for (RFC 5802 sections 6 and 7).
 *
 * @param flag the use of channel binding
 * @param type the name of the binding; empty where there is none
 * @param authorizationId empty for the user's own
 */
record Gs2Header(Flag flag, String type, String authorizationId) {
  private static final Pattern HEADER =
      Pattern.compile("(?:(n)|(y)|p=([A-Za-z0-9.-]{1,64})),(?:a=([^,]+))?,");

  /** The use of channel binding. */
  enum Flag {
    /** The client binds to the channel. */
    BOUND,
    /** The client would, but takes it that the server cannot. */
    NOT_OFFERED,
    /** The client cannot, or does not want to. */
    UNSUPPORTED
  }

  /** Reads the header off the front of a message. */
  static Gs2Header parse(String message) throws SaslException {
    Matcher matcher = HEADER.matcher(message);
    if (!matcher.lookingAt()) {
      throw new SaslException("SCRAM message without a header");
    }
    String type = matcher.group(3);
    String authorizationId = matcher.group(4);
    Flag flag = matcher.group(1) != null ? Flag.UNSUPPORTED : Flag.NOT_OFFERED;
    return new Gs2Header(
        type == null ? flag : Flag.BOUND,
        type == null ? "" : type,
        authorizationId == null ? "" : ScramText.unescape(authorizationId));
  }

  /** Writes the header, its last comma included; there is one way only to write it. */
  String write() {
    String use =
        switch (flag) {
          case BOUND -> "p=" + type;
          case NOT_OFFERED -> "y";
          case UNSUPPORTED -> "n";
        };
    String name = authorizationId.isEmpty() ? "" : "a=" + ScramText.escape(authorizationId);
    return use + "," + name + ",";
  }
}

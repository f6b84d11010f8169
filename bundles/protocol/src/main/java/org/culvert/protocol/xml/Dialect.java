package org.culvert.protocol.xml;

import org.culvert.api.status.StatusCode;

/** Which of the two documents a session follows, where they say the same thing in other codes. */
public enum Dialect {
  /** draft-blanchet-v6ops-tunnelbroker-tsp-00, whose version is 2.0. */
  DRAFT {
    @Override
    public StatusCode code(StatusCode meant) {
      return switch (meant) {
        case INVALID_IPV6_ADDRESS -> StatusCode.INVALID_IPV6_ADDRESS_OF_DRAFT;
        case PREFIX_FOR_ANONYMOUS -> StatusCode.ROUTER_NOT_SUPPORTED;
        default -> meant;
      };
    }

    @Override
    public String text(StatusCode written) {
      return written == NICNAME ? "Invalid or duplicate nicname" : written.text();
    }
  },
  /** RFC 5572, whose versions have three numbers. */
  RFC {
    @Override
    public StatusCode code(StatusCode meant) {
      return meant == StatusCode.INVALID_IPV6_ADDRESS_OF_DRAFT
          ? StatusCode.INVALID_IPV6_ADDRESS
          : meant;
    }

    @Override
    public String text(StatusCode written) {
      return written.text();
    }
  };

  /** The draft's 502 is about a name; the RFC gave the number to bad IPv6 addresses. */
  static final StatusCode NICNAME = StatusCode.INVALID_IPV6_ADDRESS;

  /** Returns the code that says in this dialect what a code says in the RFC's. */
  public abstract StatusCode code(StatusCode meant);

  /** Returns the text to write after a code of this dialect. */
  public abstract String text(StatusCode written);
}

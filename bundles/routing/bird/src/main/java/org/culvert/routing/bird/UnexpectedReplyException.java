package org.culvert.routing.bird;

import java.io.IOException;

/** Says that who answers at the control socket does not speak as BIRD does. */
final class UnexpectedReplyException extends IOException {
  private static final long serialVersionUID = 1L;

  UnexpectedReplyException(String message) {
    super(message);
  }
}

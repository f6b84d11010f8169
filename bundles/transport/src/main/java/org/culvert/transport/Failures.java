package org.culvert.transport;

import io.netty.channel.ConnectTimeoutException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Failures of stages, as callers want to see them. */
final class Failures {
  private Failures() {}

  /** Takes off what stages wrap around a cause on its way. */
  static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  /**
   * Says in a few words what kept a packet from its destination, or the answer from coming back.
   * The causes are told apart by their type, or where that is the same, by the system's words; the
   * address that Netty and Java append to them is left out.
   */
  static String onTheWay(Throwable cause) {
    String words = Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName());
    if (words.contains("refused") || cause instanceof PortUnreachableException) {
      return "connection refused";
    }
    if (cause instanceof ConnectTimeoutException || words.contains("timed out")) {
      return "no answer";
    }
    if (cause instanceof NoRouteToHostException || words.contains("unreachable")) {
      return "no route to it";
    }
    return words.replaceFirst(": [^: ]*/.*", "");
  }
}

package org.culvert.conformance;

import java.io.IOException;
import java.util.function.Consumer;

/** Opens sessions. */
final class Conversations {
  private Conversations() {}

  /**
   * Opens a session with a server.
   *
   * @param violations hears of UDP headers that are wrong
   */
  static Conversation open(Leg leg, Target target, Consumer<String> violations) throws IOException {
    return leg.isTcp()
        ? TcpConversation.open(target.server(), target.sources().next(), target.limit())
        : UdpConversation.open(target.server(), target.sources().next(), violations);
  }
}

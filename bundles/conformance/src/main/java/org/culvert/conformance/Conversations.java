package org.culvert.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
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
    return open(leg, target, Optional.empty(), violations);
  }

  /**
   * Opens a session from an address of this host.
   *
   * @param from the address; any, if there is none
   */
  static Conversation open(
      Leg leg, Target target, Optional<InetAddress> from, Consumer<String> violations)
      throws IOException {
    Optional<InetAddress> source = from.isPresent() ? from : target.sources().next();
    return leg.isTcp()
        ? TcpConversation.open(target.server(), source, target.limit())
        : UdpConversation.open(target.server(), source, violations);
  }
}

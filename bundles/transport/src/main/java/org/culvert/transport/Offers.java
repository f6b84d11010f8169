package org.culvert.transport;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.tls.TlsConnection;
import org.culvert.protocol.OfferedMechanism;

/** Decides which of the installed mechanisms a session is offered. */
final class Offers {
  private static final String EXTERNAL = "EXTERNAL";
  private static final String PLUS = "-PLUS";

  private final TransportSettings settings;
  private final TunnelBroker broker;
  private final Accounts accounts;
  private final Guesses guesses;
  private final Supplier<List<Map.Entry<Map<String, Object>, SaslServerFactory>>> factories;

  /**
   * @param factories what is installed, with its service properties, by ascending ranking
   */
  Offers(
      TransportSettings settings,
      TunnelBroker broker,
      Accounts accounts,
      Guesses guesses,
      Supplier<List<Map.Entry<Map<String, Object>, SaslServerFactory>>> factories) {
    this.settings = settings;
    this.broker = broker;
    this.accounts = accounts;
    this.guesses = guesses;
    this.factories = factories;
  }

  /** Picks what policy and path allow, and what the CAPABILITY line has room for. */
  List<OfferedMechanism> to(Opening opening) {
    Optional<TlsConnection> tls = opening.tls().get();
    MechanismPolicy policy =
        switch (opening.path().transport()) {
          case TCP -> settings.tcpMechanisms();
          case UDP -> settings.udpMechanisms();
          case TLS -> settings.tlsMechanisms();
        };
    List<OfferedMechanism> possible =
        policy
            .select(
                factories.get(),
                (name, factory) ->
                    new OfferedMechanism(
                        name,
                        new GuardedMechanism(
                            factory, callbacks(opening, name), () -> guess(opening, name))))
            .stream()
            .filter(mechanism -> isPossible(mechanism.name(), tls))
            .toList();
    return opening.capabilityRoom() == CapabilityRoom.AMPLE
        ? possible
        : CapabilityRoom.fit(
            opening.capabilityRoom(),
            broker.profiles(opening.path()),
            possible,
            OfferedMechanism::name);
  }

  private Guesses.Guess guess(Opening opening, String mechanism) {
    Guesses.Rank datagram = Echo.isShownBy(mechanism) ? Guesses.Rank.ECHO : Guesses.Rank.BLIND;
    return guesses.from(
        Addresses.source(opening.path().remote().getAddress()),
        opening.path().transport().isStream() ? Guesses.Rank.STREAM : datagram);
  }

  /** Makes what answers a mechanism in a session. */
  CredentialCallbacks callbacks(Opening opening, String mechanism) {
    return new CredentialCallbacks(accounts, mechanism, opening.tls().get(), opening.claim());
  }

  /** A mechanism that could only fail is not offered. */
  private static boolean isPossible(String mechanism, Optional<TlsConnection> tls) {
    if (mechanism.equals(EXTERNAL)) {
      return tls.flatMap(TlsConnection::peerUser).isPresent();
    }
    return !mechanism.endsWith(PLUS)
        || tls.filter(
                connection ->
                    isBound(connection, ChannelBindingCallback.TLS_EXPORTER)
                        || isBound(connection, ChannelBindingCallback.TLS_SERVER_END_POINT))
            .isPresent();
  }

  private static boolean isBound(TlsConnection connection, String type) {
    return connection.channelBinding(type).isPresent();
  }
}

package org.culvert.protocol;

import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.sasl.anonymous.AnonymousMechanism;
import org.culvert.sasl.digestmd5.DigestMd5Mechanism;
import org.culvert.sasl.external.ExternalMechanism;
import org.culvert.sasl.plain.PlainMechanism;
import org.culvert.sasl.scram.ScramMechanism;

/**
 * Every mechanism that we have, on both ends of a pipe; over TLS both have a channel to bind to.
 */
final class RealMechanisms {
  static final Credentials ALICE = Credentials.of("alice", "secret1").evenInClear();
  static final byte[] CHANNEL = {1, 9, 8, 4};

  private static final List<Object> FACTORIES =
      List.of(
          new AnonymousMechanism(),
          new PlainMechanism(),
          new DigestMd5Mechanism(),
          new ExternalMechanism(),
          new ScramMechanism());

  private RealMechanisms() {}

  static OfferedMechanism server(String name) {
    return FACTORIES.stream()
        .map(SaslServerFactory.class::cast)
        .filter(factory -> List.of(factory.getMechanismNames(Map.of())).contains(name))
        .map(factory -> new OfferedMechanism(name, factory))
        .findFirst()
        .orElseThrow();
  }

  static OfferedClientMechanism client(String name) {
    return FACTORIES.stream()
        .map(SaslClientFactory.class::cast)
        .filter(factory -> List.of(factory.getMechanismNames(Map.of())).contains(name))
        .map(factory -> new OfferedClientMechanism(name, factory))
        .findFirst()
        .orElseThrow();
  }

  /** Makes a pipe whose ends can both use these mechanisms. */
  static Pipe pipe(Transport transport, Pipe.Cut cut, Credentials credentials, String... names) {
    byte[] channel = transport == Transport.TLS ? CHANNEL : new byte[0];
    CallbackHandler atClient =
        callbacks -> {
          for (var callback : callbacks) {
            if (callback instanceof ChannelBindingCallback binding && channel.length > 0) {
              binding.octets(channel);
            }
          }
        };
    Pipe pipe =
        new Pipe(
            transport,
            cut,
            "2.0.2",
            credentials,
            List.of(names).stream().map(RealMechanisms::client).toList(),
            atClient,
            Samples.HOST);
    pipe.server.mechanisms = List.of(names).stream().map(RealMechanisms::server).toList();
    pipe.server.callbackHandler = users(channel);
    return pipe;
  }

  /** Returns a server's handler that knows alice, by password and by certificate. */
  static CallbackHandler users(byte[] channel) {
    return new Users(Map.of("alice", "secret1"), channel, "alice");
  }
}

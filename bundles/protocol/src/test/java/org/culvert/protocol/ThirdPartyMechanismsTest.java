package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JDK's own factories in place of ours: they know nothing of TSP, and need not. */
class ThirdPartyMechanismsTest {

  @ParameterizedTest
  @CsvSource({
    "DIGEST-MD5, jdk, jdk",
    "DIGEST-MD5, jdk, own",
    "DIGEST-MD5, own, jdk",
    "CRAM-MD5, jdk, jdk",
    "PLAIN, jdk, own",
    "EXTERNAL, jdk, own"
  })
  void leadToATunnel(String mechanism, String client, String server) {
    for (Transport transport : Transport.values()) {
      Pipe pipe = pipe(mechanism, client, server, transport, "secret1");

      pipe.client.start();
      pipe.carry();

      assertThat(pipe.client.offer().toCompletableFuture()).isCompleted();
      assertThat(pipe.server.broker.calls()).containsExactly("offer alice v6v4");
      assertThat(pipe.server.refusals).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DIGEST-MD5, jdk, jdk",
    "DIGEST-MD5, jdk, own",
    "DIGEST-MD5, own, jdk",
    "CRAM-MD5, jdk, jdk",
    "PLAIN, jdk, own"
  })
  void refuseTheWrongPassword(String mechanism, String client, String server) {
    for (Transport transport : Transport.values()) {
      Pipe pipe = pipe(mechanism, client, server, transport, "wrong");

      pipe.client.start();
      pipe.carry();

      assertThat(pipe.client.offer().toCompletableFuture()).isCompletedExceptionally();
      assertThat(pipe.server.replies).last().isEqualTo("300 Authentication failed\r\n");
      assertThat(pipe.server.broker.calls()).isEmpty();
    }
  }

  private static Pipe pipe(
      String mechanism, String client, String server, Transport transport, String password) {
    Credentials credentials =
        mechanism.equals("EXTERNAL")
            ? Credentials.certificate()
            : Credentials.of("alice", password).evenInClear();
    Pipe pipe =
        new Pipe(
            transport,
            Pipe.Cut.WHOLE,
            "2.0.2",
            credentials,
            List.of(
                client.equals("own")
                    ? RealMechanisms.client(mechanism)
                    : new OfferedClientMechanism(mechanism, jdkClient(mechanism))),
            Samples.HOST);
    pipe.server.mechanisms =
        List.of(
            server.equals("own")
                ? RealMechanisms.server(mechanism)
                : new OfferedMechanism(mechanism, jdkServer(mechanism)));
    // The JDK's DIGEST-MD5 insists that clients call the server by the name of its realm.
    pipe.server.realm = "broker.example";
    pipe.server.callbackHandler = RealMechanisms.users(new byte[0]);
    return pipe;
  }

  private static SaslServerFactory jdkServer(String mechanism) {
    return Collections.list(Sasl.getSaslServerFactories()).stream()
        .filter(factory -> named(factory.getMechanismNames(Map.of()), mechanism))
        .filter(factory -> factory.getClass().getName().startsWith("com.sun."))
        .findFirst()
        .orElseThrow();
  }

  private static SaslClientFactory jdkClient(String mechanism) {
    return Collections.list(Sasl.getSaslClientFactories()).stream()
        .filter(factory -> named(factory.getMechanismNames(Map.of()), mechanism))
        .filter(factory -> factory.getClass().getName().startsWith("com.sun."))
        .findFirst()
        .orElseThrow();
  }

  private static boolean named(String[] names, String mechanism) {
    return Arrays.asList(names).contains(mechanism);
  }
}

package org.culvert.tls.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x509.GeneralName;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.tls.TlsConnection;
import org.culvert.testkit.trace.Threat;
import org.culvert.tls.bouncycastle.Authority.Issued;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BouncyCastleTlsTest {
  private static final String HOST = "broker.example";

  @TempDir private Path directory;
  private Configurations configurations;
  private Authority authority;
  private Issued broker;

  @BeforeEach
  void issue() throws Exception {
    configurations = new Configurations(directory);
    authority = new Authority("Test authority");
    broker = authority.issue(directory, "broker", "CN=x", new GeneralName(2, HOST));
  }

  private BouncyCastleTls broker() throws Exception {
    return configurations.provider(
        Map.of("certificate", broker.certificateFile(), "key", broker.keyFile()));
  }

  private BouncyCastleTls trustingClient() throws Exception {
    return configurations.provider(Map.of("broker.trust", authority.file(directory)));
  }

  private static void shake(TlsConnection client, TlsConnection server) throws SSLException {
    Handshake.between(client.engine(), server.engine());
  }

  private static String fingerprint(X509Certificate certificate) {
    return Fingerprint.of(certificate).toString();
  }

  @Test
  void bothEndsDeriveTheSameBindingsAndNoOtherConnectionDoes() throws Exception {
    BouncyCastleTls server = broker();
    BouncyCastleTls client = trustingClient();
    TlsConnection near = client.client(HOST, 3654);
    TlsConnection far = server.server();
    assertThat(near.channelBinding(ChannelBindingCallback.TLS_EXPORTER)).isEmpty();

    shake(near, far);
    TlsConnection another = client.client(HOST, 3654);
    shake(another, server.server());

    assertThat(near.engine().getSession().getProtocol()).isEqualTo("TLSv1.3");
    byte[] exporter = near.channelBinding(ChannelBindingCallback.TLS_EXPORTER).orElseThrow();
    assertThat(exporter).hasSize(32);
    assertThat(far.channelBinding(ChannelBindingCallback.TLS_EXPORTER)).hasValue(exporter);
    assertThat(another.channelBinding(ChannelBindingCallback.TLS_EXPORTER))
        .isPresent()
        .get()
        .isNotEqualTo(exporter);
    byte[] endPoint =
        near.channelBinding(ChannelBindingCallback.TLS_SERVER_END_POINT).orElseThrow();
    assertThat(far.channelBinding(ChannelBindingCallback.TLS_SERVER_END_POINT)).hasValue(endPoint);
    assertThat(another.channelBinding(ChannelBindingCallback.TLS_SERVER_END_POINT))
        .hasValue(endPoint);
    assertThat(near.channelBinding("tls-nonsense")).isEmpty();
  }

  @Test
  void connectionsThatShakeHandsAtOnceHaveBindingsOfTheirOwn() throws Exception {
    BouncyCastleTls server = broker();
    BouncyCastleTls client = trustingClient();
    List<Callable<byte[]>> handshakes =
        Collections.nCopies(
            64,
            () -> {
              TlsConnection near = client.client(HOST, 3654);
              TlsConnection far = server.server();
              shake(near, far);
              byte[] binding =
                  near.channelBinding(ChannelBindingCallback.TLS_EXPORTER).orElseThrow();
              assertThat(far.channelBinding(ChannelBindingCallback.TLS_EXPORTER)).hasValue(binding);
              return binding;
            });
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Set<String> bindings = new HashSet<>();
      for (Future<byte[]> one : threads.invokeAll(handshakes)) {
        bindings.add(HexFormat.of().formatHex(one.get()));
      }
      assertThat(bindings).hasSize(64);
    } finally {
      threads.shutdownNow();
    }
  }

  /** What was proved of a peer in one connection proves nothing in the next. */
  @Test
  void noSessionIsTakenUpAgain() throws Exception {
    BouncyCastleTls server = broker();
    SSLContext java = javaContext();
    List<String> sessions = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      SSLEngine client = javaClient(java, "TLSv1.2");
      Handshake.between(client, server.server().engine());
      sessions.add(HexFormat.of().formatHex(client.getSession().getId()));
    }
    assertThat(sessions).doesNotHaveDuplicates();
  }

  @Test
  void endPointBindingIsTheHashOfTheCertificate() throws Exception {
    TlsConnection near = trustingClient().client(HOST, 3654);
    shake(near, broker().server());

    byte[] hash =
        java.security.MessageDigest.getInstance("SHA-256")
            .digest(broker.certificate().getEncoded());
    assertThat(near.channelBinding(ChannelBindingCallback.TLS_SERVER_END_POINT)).hasValue(hash);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void speaksWithTheTlsOfJava(String version) throws Exception {
    TlsConnection server = broker().server();

    Handshake.between(javaClient(version), server.engine());

    assertThat(server.engine().getSession().getProtocol()).isEqualTo(version);
    assertThat(server.channelBinding(ChannelBindingCallback.TLS_EXPORTER).isPresent())
        .isEqualTo(version.equals("TLSv1.3"));
    assertThat(server.channelBinding(ChannelBindingCallback.TLS_SERVER_END_POINT)).isPresent();
  }

  @Test
  void refusesTls11() throws Exception {
    SSLEngine engine = broker().server().engine();

    assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
    assertThat(engine.getEnabledCipherSuites())
        .isNotEmpty()
        .allMatch(suite -> suite.contains("GCM") || suite.contains("CHACHA20"))
        .noneMatch(suite -> suite.startsWith("TLS_RSA"));
  }

  private static SSLEngine javaClient(String version) throws Exception {
    return javaClient(javaContext(), version);
  }

  private static SSLContext javaContext() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null, new TrustManager[] {KnownOrVouched.known(certificate -> true)}, new SecureRandom());
    return context;
  }

  private static SSLEngine javaClient(SSLContext context, String version) {
    SSLEngine engine = context.createSSLEngine(HOST, 3654);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {version});
    return engine;
  }

  // How a client knows its broker.

  @Test
  @Threat("T21")
  void refusesBrokerThatNobodyVouchesFor() throws Exception {
    BouncyCastleTls trustsJava = configurations.provider(Map.of());

    assertThatThrownBy(() -> shake(trustsJava.client(HOST, 3654), broker().server()))
        .isInstanceOf(SSLException.class);
  }

  @ParameterizedTest
  @CsvSource({"elsewhere.example, true, false", "elsewhere.example, false, true"})
  void brokerHasToNameTheHostUnlessToldOtherwise(String host, boolean check, boolean accepted)
      throws Exception {
    TlsConnection client =
        configurations
            .provider(Map.of("broker.trust", authority.file(directory), "broker.host.check", check))
            .client(host, 3654);
    if (accepted) {
      shake(client, broker().server());
    } else {
      assertThatThrownBy(() -> shake(client, broker().server())).isInstanceOf(SSLException.class);
    }
  }

  @Test
  void brokerOutOfDateIsRefusedWithAWordAboutTheClock() throws Exception {
    Issued old =
        authority.issue(
            directory,
            "old",
            "CN=x",
            Duration.ofDays(-1),
            Authority.keys("EC", 256),
            new GeneralName(2, HOST));
    BouncyCastleTls server =
        configurations.provider(Map.of("certificate", old.certificateFile(), "key", old.keyFile()));

    assertThatThrownBy(() -> shake(trustingClient().client(HOST, 3654), server.server()))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining("this machine's clock says");
  }

  @Test
  void brokerCanBeNamedByAddress() throws Exception {
    Issued byAddress =
        authority.issue(directory, "address", "CN=x", new GeneralName(7, "192.0.2.1"));
    BouncyCastleTls server =
        configurations.provider(
            Map.of("certificate", byAddress.certificateFile(), "key", byAddress.keyFile()));

    shake(trustingClient().client("192.0.2.1", 3654), server.server());
    assertThatThrownBy(() -> shake(trustingClient().client("192.0.2.2", 3654), server.server()))
        .isInstanceOf(SSLException.class);
  }

  @Test
  @Threat("T21")
  void pinnedBrokerNeedsNoAuthorityAndOthersAreRefused() throws Exception {
    BouncyCastleTls selfMade = configurations.provider(Map.of());
    X509Certificate made = certificateOf(selfMade);
    BouncyCastleTls client =
        configurations.provider(Map.of("broker.pins", new String[] {fingerprint(made)}));

    shake(client.client(HOST, 3654), selfMade.server());
    assertThatThrownBy(() -> shake(client.client(HOST, 3654), broker().server()))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining("only pinned brokers are trusted; ");
    // Java's authorities do not know it either; its fingerprint is all that there is to trust.
    assertThatThrownBy(
            () -> shake(configurations.provider(Map.of()).client(HOST, 3654), selfMade.server()))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining("write broker.pins = " + fingerprint(made));
  }

  @Test
  void pinsAndAnchorsStandBesideEachOther() throws Exception {
    BouncyCastleTls client =
        configurations.provider(
            Map.of(
                "broker.trust",
                authority.file(directory),
                "broker.pins",
                new String[] {"00".repeat(32)}));

    shake(client.client(HOST, 3654), broker().server());
  }

  @Test
  void strangersDoNotFillTheLog() throws Exception {
    BouncyCastleTls server = broker();
    List<LogRecord> logged = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.add(entry);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger all = Logger.getLogger("");
    all.addHandler(handler);
    try {
      assertThatThrownBy(
              () -> shake(configurations.provider(Map.of()).client(HOST, 3654), server.server()))
          .isInstanceOf(SSLException.class);
    } finally {
      all.removeHandler(handler);
    }

    assertThat(logged).extracting(LogRecord::getMessage).isEmpty();
  }

  // What a server makes for itself.

  private X509Certificate certificateOf(BouncyCastleTls server) throws Exception {
    server.server();
    return Pem.certificates("certificate", directory.resolve("data/culvert/tls/certificate.pem"))
        .get(0);
  }

  @Test
  void makesItsCertificateOnceForItsOwnEyesAndNotBeforeItIsWanted() throws Exception {
    Path key = directory.resolve("data/culvert/tls/key.pem");
    BouncyCastleTls first = configurations.provider(Map.of());
    assertThat(key).doesNotExist();

    X509Certificate made = certificateOf(first);
    X509Certificate kept = certificateOf(configurations.provider(Map.of()));

    assertThat(kept).isEqualTo(made);
    assertThat(made.getNotBefore()).as("for clocks that are wrong").isEqualTo(Instant.EPOCH);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
  }

  @Test
  void makesAnotherWhenOneOfTheFilesIsGone() throws Exception {
    X509Certificate made = certificateOf(configurations.provider(Map.of()));
    Files.delete(directory.resolve("data/culvert/tls/key.pem"));

    assertThat(certificateOf(configurations.provider(Map.of()))).isNotEqualTo(made);
    assertThat(Pem.certificates("", directory.resolve("data/culvert/tls/certificate.pem.old")))
        .as("what an operator with a copy of the key would miss")
        .containsExactly(made);
  }

  @ParameterizedTest
  @ValueSource(strings = {"key.pem", "certificate.pem"})
  void makesAnotherWhenAPowerCutLeftOneOfTheFilesEmpty(String name) throws Exception {
    X509Certificate made = certificateOf(configurations.provider(Map.of()));
    Files.write(directory.resolve("data/culvert/tls").resolve(name), new byte[0]);

    X509Certificate another = certificateOf(configurations.provider(Map.of()));

    assertThat(another).isNotEqualTo(made);
    assertThat(certificateOf(configurations.provider(Map.of()))).isEqualTo(another);
  }

  // Files that change.

  @Test
  void followsRenewedCertificateAndKeepsTheOldOneWhileTheNewIsNotWhole() throws Exception {
    BouncyCastleTls server = broker();
    Issued renewed = authority.issue(directory, "renewed", "CN=y", new GeneralName(2, HOST));
    X509Certificate old = broker.certificate();
    assertThat(shown(server)).isEqualTo(old);

    Files.move(
        renewed.certificateFile(), broker.certificateFile(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(shown(server)).as("before it looks again").isEqualTo(old);
    configurations.nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(shown(server)).as("with the old key").isEqualTo(old);
    Files.move(renewed.keyFile(), broker.keyFile(), StandardCopyOption.REPLACE_EXISTING);
    configurations.nanos.addAndGet(Duration.ofSeconds(2).toNanos());

    assertThat(shown(server)).isEqualTo(renewed.certificate());
  }

  private X509Certificate shown(BouncyCastleTls server) throws Exception {
    TlsConnection client = trustingClient().client(HOST, 3654);
    shake(client, server.server());
    return (X509Certificate) client.engine().getSession().getPeerCertificates()[0];
  }

  // Clients' certificates.

  private BouncyCastleTls asking(Map<String, ?> more) throws Exception {
    Map<String, Object> changes =
        new java.util.HashMap<>(
            Map.of(
                "certificate",
                broker.certificateFile(),
                "key",
                broker.keyFile(),
                "client.certificates",
                "optional"));
    changes.putAll(more);
    return configurations.provider(changes);
  }

  private BouncyCastleTls showing(Issued own) throws Exception {
    return configurations.provider(
        Map.of(
            "broker.trust",
            authority.file(directory),
            "own.certificate",
            own.certificateFile(),
            "own.key",
            own.keyFile()));
  }

  private static Optional<String> named(BouncyCastleTls server, BouncyCastleTls client)
      throws Exception {
    TlsConnection far = server.server();
    assertThat(far.peerUser()).isEmpty();
    shake(client.client(HOST, 3654), far);
    return far.peerUser();
  }

  @ParameterizedTest
  @CsvSource({
    "subject-cn, alice",
    "san-dns, host.alice.example",
    "san-email, alice@example.org",
    "fingerprint, ",
  })
  void certificateNamesUserWhereTheOperatorSays(String where, String user) throws Exception {
    Issued alice =
        authority.issue(
            directory,
            "alice",
            "CN=alice",
            new GeneralName(2, "host.alice.example"),
            new GeneralName(1, "alice@example.org"));
    BouncyCastleTls server =
        asking(Map.of("client.ca", authority.file(directory), "client.user", where));

    assertThat(named(server, showing(alice))).isEqualTo(Optional.ofNullable(user));
  }

  @Test
  void clientWithoutCertificateIsServedAndNamesNobody() throws Exception {
    BouncyCastleTls server = asking(Map.of("client.ca", authority.file(directory)));

    assertThat(named(server, trustingClient())).isEmpty();
  }

  @Test
  void asksForNoCertificateUnlessTold() throws Exception {
    Issued alice = authority.issue(directory, "alice", "CN=alice");

    assertThat(named(broker(), showing(alice))).isEmpty();
  }

  @Test
  void refusesClientOfAnotherAuthority() throws Exception {
    Issued mallory = new Authority("Mallory's").issue(directory, "mallory", "CN=alice");
    BouncyCastleTls server = asking(Map.of("client.ca", authority.file(directory)));

    assertThatThrownBy(() -> named(server, showing(mallory))).isInstanceOf(SSLException.class);
  }

  @Test
  void fingerprintNamesUserWithoutAnyAuthorityAndGoesBeforeTheSubject() throws Exception {
    Issued own = new Authority("Bob's own").issue(directory, "bob", "CN=alice");
    BouncyCastleTls server =
        asking(Map.of("client.users", new String[] {fingerprint(own.certificate()) + "=bob"}));

    assertThat(named(server, showing(own))).contains("bob");
    Issued other = authority.issue(directory, "other", "CN=bob");
    assertThatThrownBy(() -> named(server, showing(other))).isInstanceOf(SSLException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"O=nobody", "CN=alice,CN=bob", "CN=alice+CN=bob", "CN=a\\,b"})
  void certificateWithNoNameOrSeveralNamesNobody(String subject) throws Exception {
    Issued odd = authority.issue(directory, "odd", subject);
    BouncyCastleTls server = asking(Map.of("client.ca", authority.file(directory)));

    assertThat(named(server, showing(odd))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"C=XX+CN=alice", "SERIALNUMBER=bob+CN=alice", "CN=alice+O=bob"})
  void commonNameBesideOthersInOneRdnNamesTheUser(String subject) throws Exception {
    Issued alice = authority.issue(directory, "beside", subject);
    BouncyCastleTls server = asking(Map.of("client.ca", authority.file(directory)));

    assertThat(named(server, showing(alice))).contains("alice");
  }
}

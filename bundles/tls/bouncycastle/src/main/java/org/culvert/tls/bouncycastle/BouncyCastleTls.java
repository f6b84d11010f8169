package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.MistakeSource;
import org.culvert.api.tls.TlsConnection;
import org.culvert.api.tls.TlsProvider;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * TLS 1.3 and 1.2 by Bouncy Castle, which tells the channel bindings that SCRAM wants.
 *
 * <p>Files that are configured are read when this component starts, so that whatever is wrong with
 * them is told then, and again when they change. The certificate that a broker makes for itself
 * waits until a server asks for it. Safe for use by many threads.
 */
@Component(
    service = {TlsProvider.class, MistakeSource.class},
    configurationPid = TlsSettings.PID,
    // A wrong file is to be told at once, and not when the first client comes.
    immediate = true)
@Designate(ocd = BouncyCastleTls.Config.class)
public final class BouncyCastleTls implements TlsProvider, MistakeSource {
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  /** What the operator may set. */
  @ObjectClassDefinition(
      name = "Culvert TLS",
      description =
          "Certificates for signaling over TLS: the broker's own, what it asks of clients, and how"
              + " a tunnel client knows its broker. Relative files start at Karaf's directory.")
  public @interface Config {
    /** The server's certificate. */
    @AttributeDefinition(
        description =
            "PEM file with the broker's certificate, and those between it and its authority after"
                + " it. None: the broker makes one of its own and logs its fingerprint.")
    String certificate() default "";

    /** The server's key. */
    @AttributeDefinition(description = "PEM file with the certificate's private key, mode 0600.")
    String key() default "";

    /** Whether clients are asked. */
    @AttributeDefinition(
        description =
            "none: clients are asked for no certificate. optional: they may show one, and"
                + " authenticate with EXTERNAL if it names a user.")
    String client_certificates() default "none";

    /** Who vouches for clients. */
    @AttributeDefinition(description = "PEM file with the authorities that vouch for clients.")
    String client_ca() default "";

    /** How certificates name users. */
    @AttributeDefinition(
        description =
            "Where a client's certificate has its user: subject-cn, san-dns, san-email, or"
                + " fingerprint for client.users only.")
    String client_user() default "subject-cn";

    /** Certificates known one by one. */
    @AttributeDefinition(
        description =
            "FINGERPRINT=USER: clients' certificates known by their SHA-256, which need no"
                + " authority.")
    String[] client_users() default {};

    /** Who vouches for brokers. */
    @AttributeDefinition(
        description =
            "As a client: PEM file with the authorities that vouch for brokers. None: those of Java,"
                + " or nobody if broker.pins names any.")
    String broker_trust() default "";

    /** Brokers known one by one. */
    @AttributeDefinition(
        description =
            "As a client: SHA-256 fingerprints of brokers' certificates that are trusted.")
    String[] broker_pins() default {};

    /** Host names. */
    @AttributeDefinition(
        description =
            "As a client: whether a broker's certificate must name the host that was asked for;"
                + " those in broker.pins need not.")
    boolean broker_host_check() default true;

    /** The client's certificate. */
    @AttributeDefinition(
        description = "As a client: PEM file with the certificate to show to brokers that ask.")
    String own_certificate() default "";

    /** The client's key. */
    @AttributeDefinition(description = "As a client: PEM file with its private key, mode 0600.")
    String own_key() default "";
  }

  private final TlsSettings settings;
  private final LongSupplier nanoTime;
  private @Nullable Watched<Identity> server;
  private @Nullable Watched<Identity> client;

  /**
   * Reads what is configured.
   *
   * @throws org.culvert.api.config.InvalidConfigurationException if a value or a file is unfit
   * @throws IOException if TLS cannot be set up with them
   */
  @Activate
  public BouncyCastleTls(Config config) throws IOException {
    this(TlsSettings.from(config), System::nanoTime);
  }

  BouncyCastleTls(TlsSettings settings, LongSupplier nanoTime) throws IOException {
    this.settings = settings;
    this.nanoTime = nanoTime;
    if (!settings.selfMade()) {
      serverIdentity();
    }
    if (!clientFiles().isEmpty()) {
      clientIdentity();
    }
  }

  @Override
  public TlsConnection server() throws IOException {
    Identity identity = serverIdentity().get();
    SSLEngine engine = restricted(identity.context().createSSLEngine());
    engine.setUseClientMode(false);
    engine.setWantClientAuth(settings.clientCertificates());
    return new EngineConnection(engine, identity.crypto(), settings.naming()::user);
  }

  @Override
  public TlsConnection client(String host, int port) throws IOException {
    Identity identity = clientIdentity().get();
    SSLEngine engine = restricted(identity.context().createSSLEngine(host, port));
    engine.setUseClientMode(true);
    if (settings.checkHost()) {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      engine.setSSLParameters(parameters);
    }
    return new EngineConnection(engine, identity.crypto(), certificate -> Optional.empty());
  }

  /** A key that everybody can read is used and told, in the log when it is read. */
  @Override
  public List<Mistake> mistakes() {
    return Stream.concat(
            settings.selfMade() ? Stream.empty() : Stream.of(settings.own()),
            settings.shown().stream())
        .flatMap(files -> KeyAndChain.openKey(files).stream())
        .map(text -> new Mistake(TlsSettings.PID, false, text))
        .toList();
  }

  /** TLS 1.2 without a fresh key for each connection, or without AEAD, is not worth offering. */
  private static SSLEngine restricted(SSLEngine engine) {
    engine.setEnabledProtocols(VERSIONS);
    engine.setEnabledCipherSuites(
        Arrays.stream(engine.getSupportedCipherSuites())
            .filter(
                suite ->
                    suite.matches("TLS_(AES|CHACHA20)_.*")
                        || suite.matches("TLS_ECDHE_(ECDSA|RSA)_.*(_GCM_|_CHACHA20_).*"))
            .filter(suite -> !suite.contains("_CCM"))
            .toArray(String[]::new));
    return engine;
  }

  // The server's side.

  private synchronized Watched<Identity> serverIdentity() throws IOException {
    Watched<Identity> identity = server;
    if (identity == null) {
      identity = new Watched<>(serverFiles(), this::readServer, nanoTime);
      server = identity;
    }
    return identity;
  }

  private List<Path> serverFiles() {
    List<Path> files = new ArrayList<>(List.of(settings.own().certificate(), settings.own().key()));
    settings.clientCa().ifPresent(files::add);
    return files;
  }

  private Identity readServer() throws IOException {
    KeyAndChain own =
        settings.selfMade() ? SelfMade.keep(settings.own()) : KeyAndChain.read(settings.own());
    Optional<List<X509Certificate>> authorities =
        settings.clientCa().map(file -> Pem.certificates("client.ca", file));
    try {
      return Provider.identity(
          own.keyManagers(),
          authorities.isPresent()
              ? KnownOrVouched.vouched(settings.naming()::knows, authorities)
              : KnownOrVouched.known(settings.naming()::knows));
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up for the server's side", e);
    }
  }

  // The client's side.

  private synchronized Watched<Identity> clientIdentity() throws IOException {
    Watched<Identity> identity = client;
    if (identity == null) {
      identity = new Watched<>(clientFiles(), this::readClient, nanoTime);
      client = identity;
    }
    return identity;
  }

  private List<Path> clientFiles() {
    List<Path> files = new ArrayList<>();
    settings.trust().ifPresent(files::add);
    settings.shown().ifPresent(shown -> files.addAll(List.of(shown.certificate(), shown.key())));
    return files;
  }

  private Identity readClient() throws IOException {
    Optional<List<X509Certificate>> authorities =
        settings.trust().map(file -> Pem.certificates("broker.trust", file));
    try {
      return Provider.identity(
          settings.shown().isPresent()
              ? KeyAndChain.read(settings.shown().get()).keyManagers()
              : new KeyManager[0],
          authorities.isEmpty() && !settings.pins().isEmpty()
              ? KnownOrVouched.known(this::isPinned)
              : KnownOrVouched.vouched(this::isPinned, authorities));
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up for the client's side", e);
    }
  }

  private boolean isPinned(X509Certificate certificate) {
    return settings.pins().contains(Fingerprint.of(certificate));
  }
}

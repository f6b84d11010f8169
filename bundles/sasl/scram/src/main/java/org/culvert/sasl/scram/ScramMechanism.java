package org.culvert.sasl.scram;

import java.io.File;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.SaslProperties;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Makes SCRAM exchanges (RFC 5802, RFC 7677) for servers and clients, with and without channel
 * binding (RFC 5929 section 4, RFC 9266).
 *
 * <p>Whether a connection has something to bind to is for the callback handler to say, and the
 * mechanisms whose names end in {@code -PLUS} are of use only where it has.
 */
@Component(
    service = {SaslServerFactory.class, SaslClientFactory.class},
    property = {
      SaslProperties.MECHANISM + "=SCRAM-SHA-256-PLUS",
      SaslProperties.MECHANISM + "=SCRAM-SHA-256",
      SaslProperties.MECHANISM + "=SCRAM-SHA-1-PLUS",
      SaslProperties.MECHANISM + "=SCRAM-SHA-1"
    })
public final class ScramMechanism implements SaslServerFactory, SaslClientFactory {
  /** Octets of a nonce: 192 bits, and no padding in base64. */
  private static final int NONCE = 24;

  /** What no exchange of this kind can promise. */
  private static final String[] REFUSED_POLICIES = {
    Sasl.POLICY_NODICTIONARY, Sasl.POLICY_FORWARD_SECRECY, Sasl.POLICY_PASS_CREDENTIALS
  };

  private final Supplier<String> nonces;
  private final Decoys decoys;

  /**
   * Keeps what must outlive a restart beside the leases, or in the bundle's data area where no
   * Karaf names a place: Karaf's cache of bundles, where that area is, may be made anew at any
   * start.
   */
  @Activate
  public ScramMechanism(BundleContext context) {
    this(
        randomNonces(),
        Optional.ofNullable(System.getProperty("karaf.data"))
            .map(data -> Path.of(data, "culvert", "scram-decoys"))
            .or(() -> Optional.ofNullable(context.getDataFile("decoys")).map(File::toPath))
            .map(DecoyKey::keptIn)
            .orElseGet(DecoyKey::random));
  }

  /** Keeps nothing beyond this process. */
  public ScramMechanism() {
    this(randomNonces(), DecoyKey.random());
  }

  ScramMechanism(Supplier<String> nonces, byte[] decoyKey) {
    this.nonces = nonces;
    this.decoys = new Decoys(decoyKey);
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> props) {
    return permitted(props)
        ? Arrays.stream(ScramAlgorithm.values())
            .flatMap(a -> Arrays.stream(new String[] {a.mechanism(true), a.mechanism(false)}))
            .toArray(String[]::new)
        : new String[0];
  }

  @Override
  public @Nullable SaslServer createSaslServer(
      String mechanism,
      String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> props,
      CallbackHandler handler) {
    Optional<ScramAlgorithm> algorithm = ScramAlgorithm.of(mechanism);
    if (algorithm.isEmpty() || !permitted(props)) {
      return null;
    }
    return new ScramServer(
        algorithm.get(),
        ScramAlgorithm.isBound(mechanism),
        bindingOffered(props),
        nonces.get(),
        decoys,
        handler);
  }

  @Override
  public @Nullable SaslClient createSaslClient(
      String[] mechanisms,
      @Nullable String authorizationId,
      String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> props,
      CallbackHandler handler) {
    for (String mechanism : mechanisms) {
      Optional<ScramAlgorithm> algorithm = ScramAlgorithm.of(mechanism);
      if (algorithm.isPresent() && permitted(props)) {
        return new ScramClient(
            algorithm.get(),
            ScramAlgorithm.isBound(mechanism),
            authorizationId == null ? "" : authorizationId,
            bindingOffered(props),
            nonces.get(),
            handler);
      }
    }
    return null;
  }

  private static boolean bindingOffered(@Nullable Map<String, ?> props) {
    return props != null && "true".equals(props.get(SaslProperties.CHANNEL_BINDING_OFFERED));
  }

  private static boolean permitted(@Nullable Map<String, ?> props) {
    return props == null
        || Arrays.stream(REFUSED_POLICIES).noneMatch(policy -> "true".equals(props.get(policy)));
  }

  private static Supplier<String> randomNonces() {
    SecureRandom random = new SecureRandom();
    return () -> {
      byte[] nonce = new byte[NONCE];
      random.nextBytes(nonce);
      return ScramText.base64(nonce);
    };
  }
}

package org.culvert.sasl.digestmd5;

import java.security.SecureRandom;
import java.util.Map;
import java.util.function.Supplier;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.SaslProperties;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Makes DIGEST-MD5 exchanges (RFC 2831) for servers and clients.
 *
 * <p>The JDK's own mechanism wants passwords in the clear, and its challenges crash clients in the
 * field, so this one does without it. The server name given to {@link #createSaslServer} is the
 * realm; the one given to {@link #createSaslClient} is the host in the digest-uri.
 */
@Component(
    service = {SaslServerFactory.class, SaslClientFactory.class},
    property = SaslProperties.MECHANISM + "=" + DigestMd5Mechanism.NAME)
public final class DigestMd5Mechanism implements SaslServerFactory, SaslClientFactory {
  static final String NAME = "DIGEST-MD5";

  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  /** 24 of 62 characters are 142 bits. */
  private static final int NONCE_LENGTH = 24;

  /** What no exchange of this kind can promise. */
  private static final String[] REFUSED_POLICIES = {
    Sasl.POLICY_NOACTIVE,
    Sasl.POLICY_NODICTIONARY,
    Sasl.POLICY_FORWARD_SECRECY,
    Sasl.POLICY_PASS_CREDENTIALS
  };

  private final Supplier<String> nonces;

  /** Takes nonces from a secure random generator. */
  @Activate
  public DigestMd5Mechanism() {
    this(randomNonces(new SecureRandom()));
  }

  DigestMd5Mechanism(Supplier<String> nonces) {
    this.nonces = nonces;
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> props) {
    return permitted(props) ? new String[] {NAME} : new String[0];
  }

  @Override
  public @Nullable SaslServer createSaslServer(
      String mechanism,
      String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> props,
      CallbackHandler handler)
      throws SaslException {
    if (!NAME.equals(mechanism) || !permitted(props)) {
      return null;
    }
    boolean zeroOctetDefect =
        props != null && "true".equals(props.get(SaslProperties.ZERO_OCTET_DEFECT));
    return new DigestMd5Server(protocol, named(serverName), zeroOctetDefect, nonces.get(), handler);
  }

  @Override
  public @Nullable SaslClient createSaslClient(
      String[] mechanisms,
      @Nullable String authorizationId,
      String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> props,
      CallbackHandler handler)
      throws SaslException {
    for (String mechanism : mechanisms) {
      if (NAME.equals(mechanism) && permitted(props)) {
        return new DigestMd5Client(
            authorizationId == null ? "" : authorizationId,
            protocol,
            named(serverName),
            nonces.get(),
            handler);
      }
    }
    return null;
  }

  private static String named(@Nullable String serverName) throws SaslException {
    if (serverName == null || !serverName.matches("[!#-+\\--\\[\\]-~]{1,255}")) {
      throw new SaslException(
          "DIGEST-MD5 needs a server name of printable ASCII without space, quote, comma, backslash");
    }
    return serverName;
  }

  private static boolean permitted(@Nullable Map<String, ?> props) {
    if (props != null) {
      for (String policy : REFUSED_POLICIES) {
        if ("true".equals(props.get(policy))) {
          return false;
        }
      }
    }
    return true;
  }

  private static Supplier<String> randomNonces(SecureRandom random) {
    return () -> {
      StringBuilder nonce = new StringBuilder(NONCE_LENGTH);
      for (int i = 0; i < NONCE_LENGTH; i++) {
        nonce.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
      }
      return nonce.toString();
    };
  }
}

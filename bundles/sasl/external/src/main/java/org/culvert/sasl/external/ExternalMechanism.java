package org.culvert.sasl.external;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.SaslProperties;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Makes EXTERNAL exchanges (RFC 4422 appendix A) for servers and clients.
 *
 * <p>Whom the connection below has authenticated is for the callback handler to say. How well that
 * was done decides about most policies; this mechanism promises what its own one message can.
 */
@Component(
    service = {SaslServerFactory.class, SaslClientFactory.class},
    property = SaslProperties.MECHANISM + "=" + ExternalMechanism.NAME)
public final class ExternalMechanism implements SaslServerFactory, SaslClientFactory {
  static final String NAME = "EXTERNAL";

  /** What no exchange of this kind can promise. */
  private static final List<String> REFUSED_POLICIES =
      List.of(
          Sasl.POLICY_NOACTIVE,
          Sasl.POLICY_NODICTIONARY,
          Sasl.POLICY_FORWARD_SECRECY,
          Sasl.POLICY_PASS_CREDENTIALS);

  /** Has nothing to set up. */
  @Activate
  public ExternalMechanism() {}

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
      CallbackHandler handler) {
    return NAME.equals(mechanism) && permitted(props) ? new ExternalServer(handler) : null;
  }

  @Override
  public @Nullable SaslClient createSaslClient(
      String[] mechanisms,
      @Nullable String authorizationId,
      String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> props,
      @Nullable CallbackHandler handler) {
    return Arrays.asList(mechanisms).contains(NAME) && permitted(props)
        ? new ExternalClient(authorizationId == null ? "" : authorizationId)
        : null;
  }

  private static boolean permitted(@Nullable Map<String, ?> props) {
    return props == null
        || REFUSED_POLICIES.stream().noneMatch(policy -> "true".equals(props.get(policy)));
  }
}

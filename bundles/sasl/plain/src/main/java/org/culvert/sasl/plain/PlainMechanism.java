package org.culvert.sasl.plain;

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
 * Makes PLAIN exchanges (RFC 4616) for servers and clients.
 *
 * <p>The password crosses the wire as it is; whether a path is fit for that is for the caller to
 * say, by {@link Sasl#POLICY_NOPLAINTEXT} or by not asking.
 */
@Component(
    service = {SaslServerFactory.class, SaslClientFactory.class},
    property = SaslProperties.MECHANISM + "=" + PlainMechanism.NAME)
public final class PlainMechanism implements SaslServerFactory, SaslClientFactory {
  static final String NAME = "PLAIN";

  /** What no exchange of this kind can promise. */
  private static final List<String> REFUSED_POLICIES =
      List.of(
          Sasl.POLICY_NOPLAINTEXT,
          Sasl.POLICY_NOACTIVE,
          Sasl.POLICY_NODICTIONARY,
          Sasl.POLICY_FORWARD_SECRECY);

  /** Has nothing to set up. */
  @Activate
  public PlainMechanism() {}

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
    return NAME.equals(mechanism) && permitted(props) ? new PlainServer(handler) : null;
  }

  @Override
  public @Nullable SaslClient createSaslClient(
      String[] mechanisms,
      @Nullable String authorizationId,
      String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> props,
      CallbackHandler handler) {
    return Arrays.asList(mechanisms).contains(NAME) && permitted(props)
        ? new PlainClient(authorizationId == null ? "" : authorizationId, handler)
        : null;
  }

  private static boolean permitted(@Nullable Map<String, ?> props) {
    return props == null
        || REFUSED_POLICIES.stream().noneMatch(policy -> "true".equals(props.get(policy)));
  }
}

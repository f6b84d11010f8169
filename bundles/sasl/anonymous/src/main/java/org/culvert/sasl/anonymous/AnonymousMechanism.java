package org.culvert.sasl.anonymous;

import java.util.Arrays;
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
 * Makes ANONYMOUS exchanges (RFC 4505) for servers and clients. No callback is ever asked: whether
 * anonymous users are welcome is said by installing this bundle and by the caller's policy.
 */
@Component(
    service = {SaslServerFactory.class, SaslClientFactory.class},
    property = SaslProperties.MECHANISM + "=" + AnonymousMechanism.NAME)
public final class AnonymousMechanism implements SaslServerFactory, SaslClientFactory {
  static final String NAME = "ANONYMOUS";

  /** Has nothing to set up. */
  @Activate
  public AnonymousMechanism() {}

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
      @Nullable CallbackHandler handler) {
    return NAME.equals(mechanism) && permitted(props) ? new AnonymousServer() : null;
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
        ? new AnonymousClient()
        : null;
  }

  private static boolean permitted(@Nullable Map<String, ?> props) {
    return props == null || !"true".equals(props.get(Sasl.POLICY_NOANONYMOUS));
  }
}

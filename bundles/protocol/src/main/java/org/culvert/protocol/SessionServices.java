package org.culvert.protocol;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.security.auth.callback.CallbackHandler;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.status.Referral;

/**
 * What a {@link BrokerSession} works with; a snapshot that the transport takes for each session.
 */
public interface SessionServices {

  /** Returns who decides about tunnels. */
  TunnelBroker broker();

  /**
   * Returns the SASL mechanisms of the CAPABILITY line, in its order; those that policy forbids on
   * this path are left out.
   */
  List<OfferedMechanism> mechanisms();

  /**
   * Returns what answers the questions of one exchange: {@code PasswordCheckCallback}, {@code
   * DigestSecretCallback}, {@code ScramSecretCallback}, {@code ChannelBindingCallback}, {@code
   * ExternalIdentityCallback}, {@code AuthorizeCallback}, {@code NameCallback}, {@code
   * RealmCallback}. It is called on {@link #blocking()}.
   *
   * @param mechanism the mechanism's name, since not every user may use every mechanism
   */
  CallbackHandler callbackHandler(String mechanism);

  /** Returns the realm, which is also the server's name for SASL; without commas and quotes. */
  String realm();

  /** Returns where SASL messages are evaluated, since password checks take long on purpose. */
  Executor blocking();

  /**
   * Asks for room for octets that wait to become a message, before they are taken in: all sessions
   * together have only so much. What was granted is given back by {@link #release}.
   *
   * @return false if there is none; the client is then told 530 and the session ends
   */
  default boolean reserve(int octets) {
    return true;
  }

  /** Gives room back; called on the session's thread. */
  default void release(int octets) {}

  /** Counts something dropped in silence, by a short reason made of lower-case words. */
  void dropped(String reason);

  /** Takes note of a refusal that the client is told. */
  void refused(Refusal refusal);

  /** Logs a fault of this side's own; the client is told 310 and the session ends. */
  void broke(RuntimeException fault);

  /**
   * Returns the brokers to name to a client whose version is not spoken here. Other referrals come
   * from the broker, with the exception that refuses.
   */
  default Optional<Referral> referral() {
    return Optional.empty();
  }
}

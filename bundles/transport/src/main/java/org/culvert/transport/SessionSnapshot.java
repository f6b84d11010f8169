package org.culvert.transport;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.security.auth.callback.CallbackHandler;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.protocol.OfferedMechanism;
import org.culvert.protocol.Refusal;
import org.culvert.protocol.SessionServices;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was installed and allowed when a session was asked for its capabilities, which is after any
 * handshake of the connection below.
 */
final class SessionSnapshot implements SessionServices {
  private static final Logger LOG = LoggerFactory.getLogger(SessionSnapshot.class);

  /** RFC 4422 section 3.1, in either case; whatever else is written there is not repeated. */
  private static final Pattern MECHANISM = Pattern.compile("[A-Za-z0-9_-]{1,20}");

  private final TunnelBroker broker;
  private final Supplier<List<OfferedMechanism>> select;
  private final Function<String, CallbackHandler> callbacks;
  private final String realm;
  private final Executor blocking;
  private final Opening opening;
  private final Refusals refusals;
  private final Memory memory;
  private final Optional<Referral> referral;
  private @Nullable List<OfferedMechanism> mechanisms;

  /**
   * @param select picks the mechanisms; asked once, on the session's thread
   * @param callbacks makes what answers a mechanism, by its name
   */
  SessionSnapshot(
      TunnelBroker broker,
      Supplier<List<OfferedMechanism>> select,
      Function<String, CallbackHandler> callbacks,
      String realm,
      Executor blocking,
      Opening opening,
      Refusals refusals,
      Memory memory,
      Optional<Referral> referral) {
    this.broker = broker;
    this.select = select;
    this.callbacks = callbacks;
    this.realm = realm;
    this.blocking = blocking;
    this.opening = opening;
    this.refusals = refusals;
    this.memory = memory;
    this.referral = referral;
  }

  @Override
  public TunnelBroker broker() {
    return broker;
  }

  @Override
  public List<OfferedMechanism> mechanisms() {
    List<OfferedMechanism> selected = mechanisms;
    if (selected == null) {
      selected = List.copyOf(select.get());
      mechanisms = selected;
    }
    return selected;
  }

  @Override
  public String realm() {
    return realm;
  }

  @Override
  public Executor blocking() {
    return blocking;
  }

  @Override
  public CallbackHandler callbackHandler(String mechanism) {
    return callbacks.apply(mechanism);
  }

  @Override
  public boolean reserve(int octets) {
    return memory.reserve(octets);
  }

  @Override
  public void release(int octets) {
    memory.release(octets);
  }

  @Override
  public void dropped(String reason) {
    refusals.count(reason);
  }

  @Override
  public void refused(Refusal refusal) {
    Claim claim = opening.claim();
    Optional<String> named =
        refusal
            .user()
            .map(identity -> identity.anonymous() ? "anonymous" : identity.user())
            .or(claim::user);
    boolean failed = refusal.user().isEmpty() && refusal.code() == StatusCode.AUTHENTICATION_FAILED;
    Optional<String> detail =
        refusal.detail().or(() -> failed ? claim.obstacle() : Optional.empty());
    refusals.refused(
        new RefusalLog.Event(
            opening.path().transport(),
            opening.path().remote(),
            opening.path().transport().isStream() || claim.hasAnswered(),
            named,
            claim.asked(),
            refusal.mechanism().filter(name -> MECHANISM.matcher(name).matches()),
            Optional.of(refusal.code()),
            refusal.reason() + detail.map(more -> ": " + more).orElse("")));
  }

  @Override
  public void broke(RuntimeException fault) {
    LOG.error("a session broke and is closed", fault);
  }

  @Override
  public Optional<Referral> referral() {
    return referral;
  }
}

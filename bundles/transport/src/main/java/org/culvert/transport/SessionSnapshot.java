package org.culvert.transport;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.security.auth.callback.CallbackHandler;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.status.Referral;
import org.culvert.protocol.OfferedMechanism;
import org.culvert.protocol.SessionServices;

/** What was installed and allowed when a session was opened. */
record SessionSnapshot(
    TunnelBroker broker,
    List<OfferedMechanism> mechanisms,
    CallbackHandler callbackHandler,
    String realm,
    Executor blocking,
    Refusals refusals,
    Optional<Referral> referral)
    implements SessionServices {

  @Override
  public void refused(String reason) {
    refusals.count(reason);
  }
}

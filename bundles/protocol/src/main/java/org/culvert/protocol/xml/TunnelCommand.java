package org.culvert.protocol.xml;

import java.util.Optional;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.tunnel.TunnelType;

/** What a client can ask in the command phase: the {@code action} of its tunnel element. */
public sealed interface TunnelCommand {

  /**
   * Asks for a tunnel, or for the same one again.
   *
   * @param request what is asked for
   */
  record Create(TunnelRequest request) implements TunnelCommand {}

  /**
   * Asks what the present tunnel is.
   *
   * @param type the type named, which means nothing: which tunnel is meant follows from the
   *     session's path
   */
  record Info(Optional<TunnelType> type) implements TunnelCommand {}

  /** Ends the present tunnel. */
  record Delete() implements TunnelCommand {}

  /** Accepts the offer. */
  record Accept() implements TunnelCommand {}

  /** Rejects the offer. */
  record Reject() implements TunnelCommand {}
}

package org.culvert.api.endpoint;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelStatus;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One end of tunnels, the client's or the server's (RFC 5572, figure 1, items 2 and 4).
 *
 * <p>It is told the whole truth and makes it so; restart, hot swap, expiry, mobility and deletion
 * are all this one call. Methods may be called from any thread and do not block.
 */
@ConsumerType
public interface TunnelEndpoint {

  /** Service property with the value {@link #CLIENT} or {@link #SERVER}. */
  String ROLE = "culvert.role";

  /** {@link #ROLE} of the tunnel client's endpoint. */
  String CLIENT = "client";

  /** {@link #ROLE} of the tunnel server's endpoint. */
  String SERVER = "server";

  /** Returns the tunnel types that can be carried now, over whatever path they may be asked for. */
  Set<TunnelProfile> profiles();

  /**
   * Makes the open tunnels exactly these. Idempotent; calls take effect in their order.
   *
   * @return completes when the tunnels stand as well as they can; how each one stands is told by
   *     {@link #tunnels}
   */
  CompletionStage<Void> apply(Collection<TunnelParameters> desired);

  /** Returns every desired tunnel with its state. */
  List<TunnelStatus> tunnels();

  /** Returns the status of one tunnel; empty if it is not desired. */
  Optional<TunnelStatus> tunnel(String id);

  /**
   * Looks whether every desired tunnel is up, and whether the operating system has what they need:
   * devices, addresses, routes.
   *
   * @return completes with what is not so, a line each
   */
  CompletionStage<List<String>> verify();

  /** Returns packets dropped before they could be told to belong to a tunnel. */
  Map<DropReason, Long> drops();

  /**
   * Calls a listener when a tunnel's other end has fallen silent: at the client's end after three
   * unanswered keepalives, at the server's after the time in which a client would have noticed. It
   * is called again every ten seconds for as long as the silence lasts, so that nothing is lost if
   * the listener could not act, or if the same tunnel was agreed on again.
   *
   * @param listener gets the tunnel's id, on the endpoint's thread; it must not block
   * @return ends the watch
   */
  AutoCloseable watchSilence(Consumer<String> listener);
}

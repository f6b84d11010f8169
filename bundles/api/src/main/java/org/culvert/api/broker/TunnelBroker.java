package org.culvert.api.broker;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.tunnel.SignalingPath;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides about tunnels. No method blocks; a stage that fails does so with a {@link
 * org.culvert.api.status.TspException}, and completes on a thread of the broker's.
 */
@ConsumerType
public interface TunnelBroker {

  /** Returns what a client on this path may ask for now, for the CAPABILITY line. */
  Set<TunnelProfile> profiles(SignalingPath path);

  /**
   * Answers {@code create}: a new tunnel, or the same one again with its outer addresses refreshed.
   * The offer is durable when the stage completes; an earlier tunnel of the same identity with the
   * same IP version inside goes on until the offer is accepted, an earlier offer is taken back.
   */
  CompletionStage<TunnelOffer> offer(Identity identity, TunnelRequest request, SignalingPath path);

  /**
   * Answers {@code accept}: the tunnel is up when the stage completes, and any earlier one of the
   * same identity with the same IP version inside is cut.
   *
   * @param id the offer's id
   */
  CompletionStage<Void> accept(Identity identity, String id);

  /** Answers {@code reject}: the offer is taken back and an earlier tunnel stays as it was. */
  CompletionStage<Void> reject(Identity identity, String id);

  /**
   * Answers {@code info}.
   *
   * @param path the session's, for an identity may have a tunnel over each IP version
   */
  CompletionStage<TunnelOffer> info(Identity identity, SignalingPath path);

  /**
   * Answers {@code delete}: ends the identity's tunnel.
   *
   * @param path the session's, for an identity may have a tunnel over each IP version
   */
  CompletionStage<Void> delete(Identity identity, SignalingPath path);
}

package org.culvert.protocol;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.encapsulation.SampleProfiles;

/** A broker whose answers come when the world gets round to them; each third is a refusal. */
final class SlowBroker implements TunnelBroker {
  private final List<Runnable> world;
  int calls;

  /**
   * @param world takes what is still to happen
   */
  SlowBroker(List<Runnable> world) {
    this.world = world;
  }

  @Override
  public Set<TunnelProfile> profiles(SignalingPath path) {
    return SampleProfiles.of(Set.of(TunnelType.V6V4));
  }

  @Override
  public CompletionStage<TunnelOffer> offer(
      Identity identity, TunnelRequest request, SignalingPath path) {
    return later(Samples.E1);
  }

  @Override
  public CompletionStage<Void> accept(Identity identity, String id) {
    return later(null);
  }

  @Override
  public CompletionStage<Void> reject(Identity identity, String id) {
    return later(null);
  }

  @Override
  public CompletionStage<TunnelOffer> info(Identity identity, SignalingPath path) {
    return later(Samples.E1);
  }

  @Override
  public CompletionStage<Void> delete(Identity identity, SignalingPath path) {
    return later(null);
  }

  private <T> CompletionStage<T> later(T answer) {
    calls++;
    CompletableFuture<T> stage = new CompletableFuture<>();
    boolean refuses = calls % 3 == 0;
    world.add(
        () -> {
          if (refuses) {
            stage.completeExceptionally(new TspException(StatusCode.NO_MORE_TUNNELS, "full"));
          } else {
            stage.complete(answer);
          }
        });
    return stage;
  }
}

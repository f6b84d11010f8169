package org.culvert.testkit.broker;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.encapsulation.SampleProfiles;

/**
 * A broker that notes what it is asked and answers as it was told; without being told, {@code
 * offer} and {@code info} never complete and the rest succeeds at once.
 */
public final class ScriptedBroker implements TunnelBroker {
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<TunnelRequest> requests = new CopyOnWriteArrayList<>();
  private volatile Set<TunnelType> types = Set.of(TunnelType.V6V4, TunnelType.V6UDPV4);
  private volatile Function<TunnelRequest, CompletionStage<TunnelOffer>> offers =
      request -> new CompletableFuture<>();
  private volatile CompletionStage<TunnelOffer> info = new CompletableFuture<>();
  private volatile CompletionStage<Void> verdict = CompletableFuture.completedStage(null);

  /** Tells which types to announce. */
  public ScriptedBroker types(TunnelType... announced) {
    types = Set.of(announced);
    return this;
  }

  /** Tells what to answer to {@code create}. */
  public ScriptedBroker offers(Function<TunnelRequest, CompletionStage<TunnelOffer>> answer) {
    offers = answer;
    return this;
  }

  /** Tells to make this offer at once, and to give it as the answer to {@code info} too. */
  public ScriptedBroker offers(TunnelOffer offer) {
    info = CompletableFuture.completedStage(offer);
    return offers(request -> CompletableFuture.completedStage(offer));
  }

  /** Tells to fail {@code create} and {@code info}. */
  public ScriptedBroker refuses(RuntimeException refusal) {
    info = CompletableFuture.failedStage(refusal);
    return offers(request -> CompletableFuture.failedStage(refusal));
  }

  /** Tells what {@code accept}, {@code reject} and {@code delete} answer. */
  public ScriptedBroker answers(CompletionStage<Void> answer) {
    verdict = answer;
    return this;
  }

  /** Returns what was asked so far, as {@code accept alice lease-1}. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  /** Returns the requests of {@code create} so far. */
  public List<TunnelRequest> requests() {
    return List.copyOf(requests);
  }

  @Override
  public Set<TunnelProfile> profiles(SignalingPath path) {
    return SampleProfiles.of(types);
  }

  @Override
  public CompletionStage<TunnelOffer> offer(
      Identity identity, TunnelRequest request, SignalingPath path) {
    calls.add("offer " + name(identity) + " " + request.type());
    requests.add(request);
    return offers.apply(request);
  }

  @Override
  public CompletionStage<Void> accept(Identity identity, String id) {
    calls.add("accept " + name(identity) + " " + id);
    return verdict;
  }

  @Override
  public CompletionStage<Void> reject(Identity identity, String id) {
    calls.add("reject " + name(identity) + " " + id);
    return verdict;
  }

  @Override
  public CompletionStage<TunnelOffer> info(Identity identity, SignalingPath path) {
    calls.add("info " + name(identity));
    return info;
  }

  @Override
  public CompletionStage<Void> delete(Identity identity, SignalingPath path) {
    calls.add("delete " + name(identity));
    return verdict;
  }

  private static String name(Identity identity) {
    return identity.anonymous() ? "anonymous" : identity.user();
  }
}

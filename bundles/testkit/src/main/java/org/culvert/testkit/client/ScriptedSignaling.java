package org.culvert.testkit.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.signaling.TunnelSignaling;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;

/** Answers each request as its script says, at once, and keeps what was asked. */
public final class ScriptedSignaling implements TunnelSignaling {
  private final List<Asked> asked = new ArrayList<>();
  private final List<SignalingTarget> measured = new ArrayList<>();
  private final Map<InetSocketAddress, Duration> distances = new HashMap<>();
  private InetSocketAddress local = new InetSocketAddress(IpAddresses.parse("198.51.100.2"), 40000);
  private BiFunction<SignalingTarget, Asked, CompletionStage<SignalingExchange>> script =
      (target, asked) -> unreachable();

  /** Sets what is answered from now on; it sees what was asked, path and request included. */
  public void answer(
      BiFunction<SignalingTarget, Asked, CompletionStage<SignalingExchange>> script) {
    this.script = script;
  }

  /** Sets the address that sessions come from. */
  public void comeFrom(InetSocketAddress local) {
    this.local = local;
  }

  /** Sets how far a broker is; all others do not answer. */
  public void distance(InetSocketAddress broker, Duration time) {
    distances.put(broker, time);
  }

  /** Returns what was asked, in order. */
  public List<Asked> asked() {
    return asked;
  }

  /** Returns whom the way was measured to. */
  public List<SignalingTarget> measured() {
    return measured;
  }

  /** Answers that there is no answer. */
  public static CompletionStage<SignalingExchange> unreachable() {
    return CompletableFuture.failedFuture(new IOException("connection refused"));
  }

  /** Answers with a status code. */
  public static CompletionStage<SignalingExchange> refused(StatusCode code) {
    return CompletableFuture.failedFuture(new TspException(code, "scripted"));
  }

  /** Answers with a referral by a broker that had proved who it is. */
  public static CompletionStage<SignalingExchange> referred(String... brokers) {
    return CompletableFuture.failedFuture(referral(brokers).ofProvedPeer());
  }

  /** Answers with a referral that anybody could have made. */
  public static CompletionStage<SignalingExchange> referredByAnybody(String... brokers) {
    return CompletableFuture.failedFuture(referral(brokers));
  }

  private static TspException referral(String... brokers) {
    return new TspException(StatusCode.NO_MORE_TUNNELS, "scripted", new Referral(List.of(brokers)));
  }

  @Override
  public CompletionStage<SignalingExchange> request(
      SignalingTarget target,
      Credentials credentials,
      Function<SignalingPath, SignalingRequest> request) {
    SignalingPath path = new SignalingPath(target.transport(), local, target.broker());
    Asked now = new Asked(target, credentials, path, request.apply(path));
    asked.add(now);
    return script.apply(target, now);
  }

  @Override
  public CompletionStage<Duration> measure(SignalingTarget target) {
    measured.add(target);
    Duration time = distances.get(target.broker());
    return time == null
        ? CompletableFuture.failedFuture(new IOException("no echo"))
        : CompletableFuture.completedFuture(time);
  }

  /**
   * A request.
   *
   * @param target whom
   * @param credentials as whom
   * @param path over which path
   * @param wanted for what
   */
  public record Asked(
      SignalingTarget target,
      Credentials credentials,
      SignalingPath path,
      SignalingRequest wanted) {

    /** Returns what was asked for. */
    public TunnelRequest request() {
      return wanted.request();
    }
  }
}

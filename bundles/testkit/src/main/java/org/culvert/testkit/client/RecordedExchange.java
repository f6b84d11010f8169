package org.culvert.testkit.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;

/** An exchange that writes what it is told into a journal, and completes when the test says so. */
public final class RecordedExchange implements SignalingExchange {
  private final TunnelOffer offer;
  private final SignalingPath path;
  private final List<String> journal;
  private final CompletionStage<Void> accepted;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Makes an exchange whose accept is answered at once. */
  public RecordedExchange(TunnelOffer offer, SignalingPath path, List<String> journal) {
    this(offer, path, journal, CompletableFuture.allOf());
  }

  /**
   * Makes an exchange.
   *
   * @param accepted what {@link #accept} returns
   */
  public RecordedExchange(
      TunnelOffer offer, SignalingPath path, List<String> journal, CompletionStage<Void> accepted) {
    this.offer = offer;
    this.path = path;
    this.journal = journal;
    this.accepted = accepted;
  }

  @Override
  public TunnelOffer offer() {
    return offer;
  }

  @Override
  public SignalingPath path() {
    return path;
  }

  @Override
  public CompletionStage<Void> accept() {
    journal.add("accept");
    return accepted;
  }

  /** Lets the broker refuse what was accepted. */
  public void refuse(TspException refusal) {
    ended.completeExceptionally(refusal);
  }

  @Override
  public CompletionStage<Void> ended() {
    return ended;
  }

  @Override
  public CompletionStage<Void> reject() {
    journal.add("reject");
    return CompletableFuture.allOf();
  }

  @Override
  public void close() {
    journal.add("close");
    ended.complete(null);
  }
}

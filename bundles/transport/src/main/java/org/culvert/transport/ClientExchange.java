package org.culvert.transport;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.protocol.ClientSession;

/** An exchange that has got its offer; whoever it is handed to may call it on any thread. */
final class ClientExchange implements SignalingExchange {
  private final NetworkLoop loop;
  private final ClientConnection connection;
  private final ClientSession session;
  private final SignalingPath path;
  private final TunnelOffer offer;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Made on the client's thread. */
  ClientExchange(
      NetworkLoop loop, ClientConnection connection, ClientSession session, TunnelOffer offer) {
    this.loop = loop;
    this.connection = connection;
    this.session = session;
    this.path = connection.path();
    this.offer = offer;
    session
        .ended()
        .whenCompleteAsync(
            (nothing, failure) -> {
              if (failure == null) {
                ended.complete(null);
              } else {
                ended.completeExceptionally(Failures.unwrapped(failure));
              }
            });
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
    return say(ClientSession::accept);
  }

  @Override
  public CompletionStage<Void> ended() {
    return ended.minimalCompletionStage();
  }

  @Override
  public CompletionStage<Void> reject() {
    return say(ClientSession::reject);
  }

  @Override
  public void close() {
    loop.confined()
        .execute(
            () -> {
              connection.release();
              session.close();
            });
  }

  private CompletionStage<Void> say(Function<ClientSession, CompletionStage<Void>> word) {
    CompletableFuture<Void> said = new CompletableFuture<>();
    try {
      loop.thread()
          .execute(
              () ->
                  word.apply(session)
                      .whenCompleteAsync(
                          (none, failure) -> {
                            if (failure == null) {
                              said.complete(null);
                            } else {
                              said.completeExceptionally(Failures.unwrapped(failure));
                            }
                          }));
    } catch (RejectedExecutionException e) {
      said.completeExceptionally(new IOException("signaling is stopped", e));
    }
    return said;
  }
}

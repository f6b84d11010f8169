package org.culvert.transport;

import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslClientFactory;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.signaling.TunnelSignaling;
import org.culvert.api.tls.TlsConnection;
import org.culvert.api.tls.TlsProvider;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.ClientSession;
import org.culvert.protocol.EchoRequest;
import org.culvert.protocol.OfferedClientMechanism;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Runs TSP exchanges for a tunnel client, with whatever SASL mechanisms are installed when one
 * starts.
 *
 * <p>Requests are made on this component's one thread; what it returns completes on others, so that
 * a slow caller holds up nobody.
 */
@Component(service = TunnelSignaling.class)
public final class SignalingClient implements TunnelSignaling, AutoCloseable {
  private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration MOST_TIMEOUT = Duration.ofSeconds(30);

  /** No exchange takes longer, whatever its broker sends meanwhile. Over UDP one answer may. */
  private static final Duration TCP_PATIENCE = Duration.ofMinutes(1);

  private static final Duration UDP_PATIENCE = Duration.ofMinutes(5);
  private static final MechanismPolicy ALL = new MechanismPolicy(true, Set.of());

  private final NetworkLoop loop;
  private final Duration leastTimeout;
  private final Sequences sequences = new Sequences();
  private final Set<CompletableFuture<?>> awaited = ConcurrentHashMap.newKeySet();

  @Reference volatile List<Map.Entry<Map<String, Object>, SaslClientFactory>> factories = List.of();

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile @Nullable TlsProvider tls;

  /** Starts the thread. */
  @Activate
  public SignalingClient() {
    this(LEAST_TIMEOUT);
  }

  /**
   * @param leastTimeout the shortest time to wait for the answer to a datagram
   */
  SignalingClient(Duration leastTimeout) {
    this.leastTimeout = leastTimeout;
    this.loop = NetworkLoop.start("culvert-client-signaling");
  }

  /** Ends the thread; exchanges that run come to nothing. */
  @Deactivate
  @Override
  public void close() {
    loop.close();
    awaited.forEach(result -> fail(result, stopped()));
  }

  @Override
  public CompletionStage<SignalingExchange> request(
      SignalingTarget target,
      Credentials credentials,
      Function<SignalingPath, SignalingRequest> request) {
    CompletableFuture<SignalingExchange> result = new CompletableFuture<>();
    onLoop(
        result,
        () -> {
          Optional<TlsConnection> secured = secured(target);
          connect(target, secured)
              .whenComplete(
                  (connection, failure) -> {
                    if (failure != null) {
                      fail(result, failure);
                    } else {
                      try {
                        converse(target, credentials, request, connection, secured, result);
                      } catch (RuntimeException e) {
                        connection.release();
                        fail(result, new IOException("the exchange could not begin", e));
                      }
                    }
                  });
        });
    return result;
  }

  @Override
  public CompletionStage<Duration> measure(SignalingTarget target) {
    CompletableFuture<Duration> result = new CompletableFuture<>();
    onLoop(result, () -> new Echo(target.broker(), result).send());
    return result;
  }

  /** Makes the TLS that a target asks for; there is no going on without. */
  private Optional<TlsConnection> secured(SignalingTarget target) throws IOException {
    if (target.transport() != Transport.TLS) {
      return Optional.empty();
    }
    TlsProvider provider = tls;
    if (provider == null) {
      throw new IOException(
          "TLS is asked for and no bundle provides it now: it begins anew after a change of its"
              + " configuration; if it does not come back, see culvert:configuration and the log;"
              + " where it is missing: feature:install culvert-tls-bouncycastle");
    }
    return Optional.of(provider.client(target.host(), target.broker().getPort()));
  }

  private CompletionStage<ClientConnection> connect(
      SignalingTarget target, Optional<TlsConnection> secured) {
    if (target.transport().isStream()) {
      return TcpConnection.open(loop, target.broker(), secured);
    }
    try {
      return CompletableFuture.completedFuture(
          new UdpConnection(loop, target.broker(), target.from(), sequences, timer()));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void converse(
      SignalingTarget target,
      Credentials credentials,
      Function<SignalingPath, SignalingRequest> request,
      ClientConnection connection,
      Optional<TlsConnection> secured,
      CompletableFuture<SignalingExchange> result) {
    ClientSession session =
        new ClientSession(
            target,
            credentials,
            ALL.select(factories, OfferedClientMechanism::new),
            callbacks -> bind(secured, callbacks),
            () -> request.apply(connection.path()),
            connection);
    connection.serve(session);
    Duration patience = target.transport().isStream() ? TCP_PATIENCE : UDP_PATIENCE;
    Future<?> deadline =
        loop.thread()
            .schedule(
                () ->
                    session.closed(
                        new IOException("no offer within " + patience.toSeconds() + " s")),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
    session
        .offer()
        .whenComplete(
            (offer, failure) -> {
              deadline.cancel(false);
              if (failure != null) {
                connection.release();
                fail(result, failure);
              } else {
                deliver(connection, session, offer, result);
              }
            });
    session.start();
  }

  private static void bind(Optional<TlsConnection> secured, Callback[] callbacks)
      throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof ChannelBindingCallback binding) {
        secured.flatMap(tls -> tls.channelBinding(binding.type())).ifPresent(binding::octets);
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }

  /** Closes the exchange if nobody waits for it any more. */
  private void deliver(
      ClientConnection connection,
      ClientSession session,
      TunnelOffer offer,
      CompletableFuture<SignalingExchange> result) {
    SignalingExchange exchange = new ClientExchange(loop, connection, session, offer);
    result
        .defaultExecutor()
        .execute(
            () -> {
              if (!result.complete(exchange)) {
                exchange.close();
              }
            });
  }

  /** Something begun on the client's thread. */
  private interface Task {
    void run() throws IOException;
  }

  private void onLoop(CompletableFuture<?> result, Task task) {
    awaited.add(result);
    result.whenComplete((value, failure) -> awaited.remove(result));
    try {
      loop.thread()
          .execute(
              () -> {
                try {
                  task.run();
                } catch (IOException e) {
                  fail(result, e);
                } catch (RuntimeException e) {
                  fail(result, new IOException("the exchange failed", e));
                }
              });
    } catch (RejectedExecutionException e) {
      fail(result, stopped());
    }
  }

  private static void fail(CompletableFuture<?> result, Throwable failure) {
    result
        .defaultExecutor()
        .execute(() -> result.completeExceptionally(Failures.unwrapped(failure)));
  }

  private static IOException stopped() {
    return new IOException("signaling is stopped");
  }

  private RetransmissionTimer timer() {
    return new RetransmissionTimer(leastTimeout, MOST_TIMEOUT);
  }

  /** One measurement: an echo request, repeated like any datagram, and its answer's time. */
  private final class Echo implements ReliableDatagrams.Listener {
    private final InetSocketAddress broker;
    private final CompletableFuture<Duration> result;
    private @Nullable ReliableDatagrams datagrams;

    Echo(InetSocketAddress broker, CompletableFuture<Duration> result) {
      this.broker = broker;
      this.result = result;
    }

    void send() {
      try {
        ReliableDatagrams opened =
            ReliableDatagrams.open(loop, broker, Optional.empty(), timer(), this);
        datagrams = opened;
        opened.send(EchoRequest.request());
      } catch (IOException e) {
        fail(result, e);
      }
    }

    @Override
    public void answered(ByteBuffer data, Duration roundTrip) {
      end();
      // "200 ...": whatever else answers is no broker that wants to be asked.
      if (data.remaining() >= 3 && data.get(data.position()) == '2') {
        result.defaultExecutor().execute(() -> result.complete(roundTrip));
      } else {
        fail(
            result,
            new IOException(Addresses.text(broker) + " did not understand the echo request"));
      }
    }

    @Override
    public void failed(IOException cause) {
      end();
      fail(result, cause);
    }

    private void end() {
      ReliableDatagrams open = datagrams;
      if (open != null) {
        open.close();
      }
    }
  }
}

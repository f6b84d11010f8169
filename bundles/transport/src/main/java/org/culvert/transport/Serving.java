package org.culvert.transport;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.signaling.SignalingSessions.Listener;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.api.tls.TlsProvider;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.SessionServices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signaling by one configuration, from the opening of its ports to their end. What outlives a
 * configuration is handed in.
 *
 * <p>Not for several threads, but for what tells how it stands.
 */
final class Serving implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

  private final TunnelBroker broker;
  private final TransportSettings settings;
  private final Offers offers;
  private final Refusals refusals;
  private final Memory.Shares memory;
  private final ExecutorService blocking = BlockingThreads.start();

  /** Evaluates what comes over UDP, of which a forger may send any number. */
  private final ExecutorService blockingDatagrams = BlockingThreads.start();

  private final ServerSockets sockets;

  /**
   * Opens the ports.
   *
   * @param offers makes what decides on mechanisms, by these settings
   * @param memory what all its sessions may take of the heap
   * @param rateClock counts rates; never goes back, in nanoseconds
   * @throws IllegalStateException if a port cannot be opened; tells what to do about it
   */
  Serving(
      TunnelBroker broker,
      TransportSettings settings,
      Function<TransportSettings, Offers> offers,
      Guesses guesses,
      Refusals refusals,
      Memory.Shares memory,
      LongSupplier rateClock) {
    this.broker = broker;
    this.settings = settings;
    this.offers = offers.apply(settings);
    this.refusals = refusals;
    this.memory = memory;
    try {
      this.sockets = opened(guesses, rateClock);
    } catch (RuntimeException e) {
      stopThreads();
      throw e;
    }
  }

  private ServerSockets opened(Guesses guesses, LongSupplier rateClock) {
    NetworkLoop loop = NetworkLoop.start("culvert-signaling");
    ServerSockets opened =
        ServerSockets.open(
            settings,
            loop,
            new Reception(
                settings.limits(),
                guesses,
                memory,
                this::services,
                loop.confined(),
                refusals,
                rateClock));
    if (settings.tcp() || settings.udp()) {
      LOG.info("signaling is served on {}", text(opened.listeners(), Transport.TCP, Transport.UDP));
    }
    int room = memory.streams().sessions(Memory.TCP_SESSION);
    if (room < settings.limits().sessions()) {
      LOG.info(
          "the heap has room for {} sessions over TCP at a time, or {} over TLS; a larger heap has"
              + " room for more, up to {}",
          room,
          memory.streams().sessions(Memory.TLS_SESSION),
          settings.limits().sessions());
    }
    if (!settings.clearPasswords().isEmpty()) {
      LOG.warn(
          "PLAIN is offered without TLS, by {} in etc/{}.cfg: passwords can be read on the way",
          String.join(" and ", settings.clearPasswords()),
          TransportSettings.PID);
    }
    return opened;
  }

  /** Opens the port of TLS. TLS that cannot be served is told, and keeps nobody from the others. */
  void openTls(TlsProvider provider) {
    if (!settings.tls()) {
      return;
    }
    try {
      sockets.tls().open(provider);
      LOG.info("signaling is served on {}", text(sockets.listeners(), Transport.TLS));
    } catch (IOException | RuntimeException e) {
      // Nor by the one before, who is about to go.
      sockets.tls().stopListening();
      LOG.error("signaling over TLS is not served", e);
    }
  }

  /** Closes the port of TLS; sessions that are under way go on. */
  void closeTls() {
    sockets.tls().stopListening();
    LOG.info("signaling over TLS is not served any more");
  }

  private static String text(List<Listener> listeners, Transport... transports) {
    return listeners.stream()
        .filter(at -> List.of(transports).contains(at.transport()))
        .map(at -> at.transport() + " " + Addresses.text(at.address()))
        .collect(Collectors.joining(", "));
  }

  private SessionServices services(Opening opening) {
    return new SessionSnapshot(
        broker,
        () -> offers.to(opening),
        mechanism -> offers.callbacks(opening, mechanism),
        settings.realm(),
        opening.path().transport().isStream() ? blocking : blockingDatagrams,
        opening,
        refusals,
        memory.streams(),
        settings.referral());
  }

  List<Listener> listeners() {
    return sockets.listeners();
  }

  List<SessionSummary> sessions() {
    return sockets.sessions();
  }

  /** Ends all sessions and closes the ports; tunnels go on. */
  @Override
  public void close() {
    sockets.close();
    stopThreads();
  }

  private void stopThreads() {
    blocking.shutdownNow();
    blockingDatagrams.shutdownNow();
  }
}

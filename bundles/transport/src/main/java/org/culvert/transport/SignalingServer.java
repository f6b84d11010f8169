package org.culvert.transport;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.signaling.RefusedAttempt;
import org.culvert.api.signaling.SignalingSessions;
import org.culvert.api.tls.TlsProvider;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.SessionServices;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves TSP on its port for as long as a broker stands behind it.
 *
 * <p>The lists of SASL factories and credential stores may change at any time: each session works
 * with the factories that it named in its capabilities, and asks the stores there are. In plain
 * Java, set the lists and call {@link #open()}.
 */
@Component(
    service = SignalingSessions.class,
    configurationPid = TransportSettings.PID,
    // The port has to answer whether or not somebody asks for the list of sessions.
    immediate = true)
@Designate(ocd = Config.class)
public final class SignalingServer implements SignalingSessions {
  private static final Logger LOG = LoggerFactory.getLogger(SignalingServer.class);

  private final TunnelBroker broker;
  private final TransportSettings settings;
  private final Refusals refusals;
  private final Memory.Shares memory;
  private final Guesses guesses;
  private final Offers offers;
  private final ExecutorService blocking;

  /** Evaluates what comes over UDP, of which a forger may send any number. */
  private final ExecutorService blockingDatagrams;

  private final LongSupplier rateClock;
  private volatile @Nullable ServerSockets sockets;
  private @Nullable TlsProvider tls;

  @Reference volatile List<Map.Entry<Map<String, Object>, SaslServerFactory>> factories = List.of();

  @Reference volatile List<CredentialStore> credentialStores = List.of();

  /**
   * Validates the configuration; opens nothing yet.
   *
   * @throws org.culvert.api.config.InvalidConfigurationException if a value cannot be meant
   */
  @Activate
  public SignalingServer(@Reference TunnelBroker broker, Config config) {
    this(broker, TransportSettings.from(config));
  }

  SignalingServer(TunnelBroker broker, TransportSettings settings) {
    this(broker, settings, Memory.Shares.ofThisProcess(), System::nanoTime);
  }

  /**
   * @param memory what all sessions may take of the heap
   * @param rateClock counts rates; never goes back, in nanoseconds
   */
  SignalingServer(
      TunnelBroker broker,
      TransportSettings settings,
      Memory.Shares memory,
      LongSupplier rateClock) {
    this.broker = broker;
    this.settings = settings;
    this.memory = memory;
    this.rateClock = rateClock;
    this.refusals =
        new Refusals(new RefusalLog(InstantSource.system(), rateClock, memory.buckets()));
    this.guesses =
        new Guesses(
            settings.limits().failuresPerMinute(),
            settings.limits().failureBurst(),
            memory.buckets(),
            rateClock);
    this.offers =
        new Offers(
            settings, broker, new Accounts(() -> credentialStores), guesses, () -> factories);
    this.blocking = BlockingThreads.start();
    this.blockingDatagrams = BlockingThreads.start();
  }

  /** Serves TLS; the port opens now, or with the others. */
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  synchronized void bindTls(TlsProvider provider) {
    tls = provider;
    openTls();
  }

  /** Closes the port of TLS, unless another provider has come first. */
  synchronized void unbindTls(TlsProvider provider) {
    if (provider.equals(tls)) {
      tls = null;
      ServerSockets open = sockets;
      if (open != null) {
        open.tls().stopListening();
        LOG.info("signaling over TLS is not served any more");
      }
    }
  }

  /** TLS that cannot be served is told, and keeps nobody from the other transports. */
  private void openTls() {
    ServerSockets open = sockets;
    TlsProvider provider = tls;
    if (open == null || provider == null || !settings.tls()) {
      return;
    }
    try {
      open.tls().open(provider);
      LOG.info("signaling is served on {}", text(open.listeners(), Transport.TLS));
    } catch (IOException | RuntimeException e) {
      // Nor by the one before, who is about to go.
      open.tls().stopListening();
      LOG.error("signaling over TLS is not served", e);
    }
  }

  private static String text(List<Listener> listeners, Transport... transports) {
    return listeners.stream()
        .filter(at -> List.of(transports).contains(at.transport()))
        .map(at -> at.transport() + " " + Addresses.text(at.address()))
        .collect(Collectors.joining(", "));
  }

  /** Opens the ports; the lists of services are in place by now. */
  @Activate
  synchronized void open() {
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
    sockets = opened;
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
    openTls();
  }

  /** Ends all sessions and closes the ports; tunnels go on. */
  @Deactivate
  synchronized void close() {
    ServerSockets open = sockets;
    sockets = null;
    if (open != null) {
      open.close();
    }
    blocking.shutdownNow();
    blockingDatagrams.shutdownNow();
  }

  @Override
  public List<Listener> listeners() {
    ServerSockets open = sockets;
    return open == null ? List.of() : open.listeners();
  }

  @Override
  public List<SessionSummary> sessions() {
    ServerSockets open = sockets;
    return open == null ? List.of() : open.sessions();
  }

  @Override
  public Map<String, Long> refusals() {
    return refusals.snapshot();
  }

  @Override
  public List<RefusedAttempt> refusedAttempts() {
    return refusals.log().latest();
  }

  @Override
  public List<RefusedAttempt> refusedAttempts(String user) {
    Set<String> names = Set.of(user, AskedName.shown(user));
    return refusedAttempts().stream()
        .filter(attempt -> attempt.user().filter(names::contains).isPresent())
        .toList();
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
}

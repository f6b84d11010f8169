package org.culvert.transport;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.signaling.SignalingSessions;
import org.culvert.api.signaling.SignalingTarget;
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
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
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
@Designate(ocd = SignalingServer.Config.class)
public final class SignalingServer implements SignalingSessions {
  private static final Logger LOG = LoggerFactory.getLogger(SignalingServer.class);

  /** What the operator may set. */
  @ObjectClassDefinition(
      name = "Culvert signaling",
      description = "Where and how this tunnel broker is asked for tunnels (TSP, RFC 5572).")
  public @interface Config {
    /** The port. */
    @AttributeDefinition(description = "TCP and UDP port. Clients expect 3653.")
    int port() default 3653;

    /** The addresses. */
    @AttributeDefinition(
        description = "Addresses of this node to listen on; none: all, also those added later.")
    String[] addresses() default {};

    /** TCP. */
    @AttributeDefinition(description = "Whether to serve TCP.")
    boolean tcp() default true;

    /** UDP. */
    @AttributeDefinition(description = "Whether to serve UDP, which v6udpv4 tunnels need.")
    boolean udp() default true;

    /** TLS. */
    @AttributeDefinition(
        description = "Whether to serve TLS while a bundle that provides it is installed.")
    boolean tls() default true;

    /** The port of TLS. */
    @AttributeDefinition(
        description = "TCP port of TLS. No port is assigned for it; clients have to be told.")
    int tls_port() default SignalingTarget.TLS_PORT;

    /** The realm. */
    @AttributeDefinition(
        description =
            "Realm of the accounts. DIGEST-MD5 secrets are made for one realm and end with it.")
    String realm() default "culvert";

    /** TCP mechanisms. */
    @AttributeDefinition(
        description =
            "SASL mechanisms offered over TCP: names, * for all that are installed, !NAME for all"
                + " but. PLAIN sends passwords for everybody on the way to read.")
    String[] tcp_mechanisms() default {"*", "!PLAIN"};

    /** UDP mechanisms. */
    @AttributeDefinition(description = "The same over UDP.")
    String[] udp_mechanisms() default {"*", "!PLAIN"};

    /** TLS mechanisms. */
    @AttributeDefinition(description = "The same over TLS, where PLAIN does no harm.")
    String[] tls_mechanisms() default {"*"};

    /** Longest phase. */
    @AttributeDefinition(
        description = "Seconds after which a phase of a session is cut off, however busy it is.")
    int phase_seconds() default 90;

    /** Sessions. */
    @AttributeDefinition(description = "Most sessions at a time; beyond, clients are told 530.")
    int sessions() default 10_000;

    /** Sessions per source. */
    @AttributeDefinition(
        description = "Most sessions at a time from one IPv4 address or one IPv6 /64.")
    int sessions_per_source() default 64;

    /** UDP idle time. */
    @AttributeDefinition(description = "Seconds of silence after which a UDP session is over.")
    int udp_idle_seconds() default 90;

    /** UDP memory. */
    @AttributeDefinition(
        description =
            "Seconds for which the last reply of a UDP session is kept. Clients repeat themselves"
                + " for 66.")
    int udp_remember_seconds() default 90;

    /** UDP memory's size. */
    @AttributeDefinition(description = "Most such replies for each local address.")
    int udp_remembered() default 16_384;

    /** Rate. */
    @AttributeDefinition(
        description =
            "Datagrams in a second from one source that has not proved its address, and TCP"
                + " connections; 0: any.")
    int rate() default 50;

    /** Burst. */
    @AttributeDefinition(description = "How many of them may come at once.")
    int rate_burst() default 200;

    /** Slip. */
    @AttributeDefinition(
        description = "Every so many datagrams beyond the rate are answered 530; 0: none.")
    int rate_slip() default 4;

    /** Failures. */
    @AttributeDefinition(
        description =
            "Failed authentications in a minute from one source before it is told 530; 4 times as"
                + " many from one /24 or /48 or at one user, 100 times in all; 0: any.")
    int failures_per_minute() default 10;

    /** Failures at once. */
    @AttributeDefinition(description = "How many of them may come at once.")
    int failures_burst() default 20;

    /** Referral. */
    @AttributeDefinition(
        description = "Brokers to name to clients whose version is not spoken here; no ports.")
    String[] referral() default {};
  }

  private final TunnelBroker broker;
  private final TransportSettings settings;
  private final Refusals refusals = new Refusals();
  private final Memory.Shares memory;
  private final Guesses guesses;
  private final Offers offers;
  private final ExecutorService blocking;
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
          "the heap has room for {} sessions over TCP at a time, or {} over TLS: a larger one has"
              + " more, up to {}",
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

  private SessionServices services(Opening opening) {
    return new SessionSnapshot(
        broker,
        () -> offers.to(opening),
        mechanism -> offers.callbacks(opening, mechanism),
        settings.realm(),
        blocking,
        refusals,
        memory.streams(),
        settings.referral());
  }
}

package org.culvert.transport;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.signaling.RefusedAttempt;
import org.culvert.api.signaling.SignalingSessions;
import org.culvert.api.tls.TlsProvider;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves TSP on its port for as long as a broker stands behind it. Another configuration opens the
 * ports anew; who was refused, and how often passwords were guessed, is kept.
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
  private final Refusals refusals;
  private final Supplier<Memory.Shares> memory;
  private final LongSupplier rateClock;

  /** Guarded by this object's lock, as is what is written below. */
  private TransportSettings settings;

  private Guesses guesses;
  private volatile @Nullable Serving serving;
  private @Nullable TlsProvider tls;

  @Reference volatile List<Map.Entry<Map<String, Object>, SaslServerFactory>> factories = List.of();

  @Reference volatile List<CredentialStore> credentialStores = List.of();

  /**
   * Validates the configuration; opens nothing yet.
   *
   * @throws InvalidConfigurationException if a value cannot be meant
   */
  @Activate
  public SignalingServer(@Reference TunnelBroker broker, Config config) {
    this(broker, TransportSettings.from(config));
  }

  SignalingServer(TunnelBroker broker, TransportSettings settings) {
    this(broker, settings, Memory.Shares::ofThisProcess, System::nanoTime);
  }

  /**
   * @param memory tells what all sessions may take of the heap, anew for each configuration
   * @param rateClock counts rates; never goes back, in nanoseconds
   */
  SignalingServer(
      TunnelBroker broker,
      TransportSettings settings,
      Supplier<Memory.Shares> memory,
      LongSupplier rateClock) {
    this.broker = broker;
    this.settings = settings;
    this.memory = memory;
    this.rateClock = rateClock;
    this.refusals =
        new Refusals(new RefusalLog(InstantSource.system(), rateClock, memory.get().buckets()));
    this.guesses = guesses(settings.limits());
  }

  private Guesses guesses(TransportSettings.Limits limits) {
    return new Guesses(
        limits.failuresPerMinute(), limits.failureBurst(), memory.get().buckets(), rateClock);
  }

  /** Serves TLS; the port opens now, or with the others. */
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  synchronized void bindTls(TlsProvider provider) {
    tls = provider;
    Serving open = serving;
    if (open != null) {
      open.openTls(provider);
    }
  }

  /** Closes the port of TLS, unless another provider has come first. */
  synchronized void unbindTls(TlsProvider provider) {
    if (provider.equals(tls)) {
      tls = null;
      Serving open = serving;
      if (open != null) {
        open.closeTls();
      }
    }
  }

  /** Opens the ports; the lists of services are in place by now. */
  @Activate
  synchronized void open() {
    Guesses counted = guesses;
    Serving opened =
        new Serving(
            broker,
            settings,
            decided ->
                new Offers(
                    decided,
                    broker,
                    new Accounts(() -> credentialStores),
                    counted,
                    () -> factories),
            counted,
            refusals,
            memory.get(),
            rateClock);
    serving = opened;
    TlsProvider provider = tls;
    if (provider != null) {
      opened.openTls(provider);
    }
  }

  /** Serves by another configuration, if it is one and can be meant. */
  @Modified
  void change(Config config) {
    try {
      change(TransportSettings.from(config));
    } catch (InvalidConfigurationException e) {
      LOG.warn("{}; what was there before is still in force", e.getMessage());
    }
  }

  /**
   * Closes the ports and opens them anew. The runtime also hands on what is in force already, after
   * a change that was kept back: then all sessions go on. If the new ports cannot be opened, which
   * is told, the old ones are opened again.
   */
  synchronized void change(TransportSettings now) {
    TransportSettings before = settings;
    if (now.equals(before)) {
      return;
    }
    close();
    Guesses counted = guesses;
    if (now.limits().failuresPerMinute() != before.limits().failuresPerMinute()
        || now.limits().failureBurst() != before.limits().failureBurst()) {
      guesses = guesses(now.limits());
    }
    settings = now;
    try {
      open();
    } catch (IllegalStateException e) {
      LOG.error("{}; what was there before is still in force", e.getMessage());
      settings = before;
      guesses = counted;
      open();
    }
  }

  /** Ends all sessions and closes the ports; tunnels go on. */
  @Deactivate
  synchronized void close() {
    Serving open = serving;
    serving = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public List<Listener> listeners() {
    Serving open = serving;
    return open == null ? List.of() : open.listeners();
  }

  @Override
  public List<SessionSummary> sessions() {
    Serving open = serving;
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
}

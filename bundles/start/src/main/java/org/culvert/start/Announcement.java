package org.culvert.start;

import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.karaf.features.BootFinished;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.TunnelClient;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.SignalingSessions;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells on the terminal, or in a service's journal, what is up: where the broker listens, what the
 * client has, where the log is. Where a shell has the terminal, it is told once, before its first
 * prompt; else each change is a line. A service manager is told the same, and when clients can
 * come.
 */
@Component(
    service = {},
    immediate = true)
public final class Announcement {
  private static final Logger LOG = LoggerFactory.getLogger(Announcement.class);

  /** The property that says at which start level of the framework the shell's prompt comes. */
  static final String LAST_LEVEL = Constants.FRAMEWORK_BEGINNING_STARTLEVEL;

  private static final long PERIOD_SECONDS = 1;
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Karaf is done before ports are open; after so long it is worth a word that they are not. */
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final BundleContext context;
  private final PrintStream out;
  private final boolean shell = Boolean.getBoolean("karaf.startLocalConsole");
  private final ServiceManager manager = ServiceManager.fromEnvironment(LOG::warn);
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "culvert-announcement");
            made.setDaemon(true);
            return made;
          });

  // The thread's.
  private final OpenPorts openPorts = new OpenPorts(System::nanoTime);
  private List<Word> words = List.of();
  private List<String> told = List.of();
  private List<String> managerKnows = List.of();

  /**
   * How one part of the role stands.
   *
   * @param serves whether it runs; a client that has no tunnel yet does
   */
  private record Word(String line, boolean serves) {}

  // Asked for once each, when they come: one whose configuration is wrong would fail at each look.
  @Reference private volatile List<SignalingSessions> signaling = List.of();

  @Reference private volatile List<TunnelClient> clients = List.of();

  @Reference(target = "(" + TunnelEndpoint.ROLE + "=" + TunnelEndpoint.CLIENT + ")")
  private volatile List<TunnelEndpoint> endpoints = List.of();

  /** Begins when Karaf has begun all that belongs to the role. */
  @Activate
  public Announcement(BundleContext context, @Reference BootFinished booted) {
    this.context = context;
    this.out = System.out;
  }

  /** Tells the first lines as soon as all serves, or when that takes long. */
  @Activate
  public void begin() {
    thread.execute(this::greet);
    thread.scheduleWithFixedDelay(this::repeat, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private void greet() {
    long begin = System.nanoTime();
    look();
    while (!serves() && System.nanoTime() - begin < LONG_NANOS) {
      LockSupport.parkNanos(MOMENT_NANOS);
      if (thread.isShutdown()) {
        return;
      }
      look();
    }
    print();
    out.println("culvert: log: " + Folders.fromSystemProperties().log().resolve("karaf.log"));
    if (shell) {
      context
          .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
          .adapt(FrameworkStartLevel.class)
          .setStartLevel(Integer.getInteger(LAST_LEVEL, 100));
    }
  }

  private boolean serves() {
    return words.stream().allMatch(Word::serves);
  }

  /** Tells nothing any more, but that all of Karaf ends if it does. */
  @Deactivate
  public void close() {
    thread.shutdownNow();
    if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STOPPING) {
      manager.stopping();
    }
  }

  private void repeat() {
    look();
    if (!shell) {
      print();
    }
    List<String> lines = lines();
    if (!lines.equals(managerKnows) && manager.tell(String.join("; ", lines), serves())) {
      managerKnows = lines;
    }
  }

  private void look() {
    try {
      List<Word> now = new ArrayList<>();
      String role = System.getProperty("culvert.role", Installation.BROKER);
      if (!role.equals("client")) {
        now.add(listeners());
      }
      if (!role.equals(Installation.BROKER)) {
        now.add(client());
      }
      words = now;
    } catch (RuntimeException e) {
      // A service went while it was asked; the next look asks the next one.
    }
  }

  private List<String> lines() {
    return words.stream().map(Word::line).toList();
  }

  private void print() {
    lines().stream()
        .filter(line -> !told.contains(line))
        .forEach(line -> out.println("culvert: " + line));
    told = lines();
  }

  private Word listeners() {
    List<String> ports =
        signaling.stream()
            .flatMap(sessions -> sessions.listeners().stream())
            .map(
                listener ->
                    listener.transport().name().toUpperCase(Locale.ROOT)
                        + " "
                        + text(listener.address()))
            .toList();
    if (ports.isEmpty()) {
      openPorts.closed();
      return new Word("broker: no port is open yet; if it stays so, the log says why", false);
    }
    return new Word("broker: clients are served on " + openPorts.line(ports), true);
  }

  private static String text(InetSocketAddress address) {
    String host = IpAddresses.text(address.getAddress());
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private Word client() {
    return clients.stream()
        .map(client -> new Word(describe(client.status(), trouble()), true))
        .findFirst()
        .orElse(new Word("client: not running yet; if it stays so, the log says why", false));
  }

  /** Says why the client's tunnel does not stand; empty if it does, or if there is none. */
  private Optional<String> trouble() {
    return endpoints.stream()
        .flatMap(endpoint -> endpoint.tunnels().stream())
        .map(TunnelStatus::state)
        .flatMap(state -> trouble(state).stream())
        .findFirst();
  }

  private static Optional<String> trouble(TunnelState state) {
    if (state instanceof TunnelState.Failed failed) {
      return Optional.of("failed: " + failed.reason());
    }
    return state instanceof TunnelState.Suspended suspended
        ? Optional.of("suspended: " + suspended.reason())
        : Optional.empty();
  }

  static String describe(ClientStatus status, Optional<String> trouble) {
    String broker = status.broker().orElse("a broker");
    if (status.phase() == ClientStatus.Phase.CONNECTED) {
      String type = status.offer().map(offer -> " of type " + offer.type().name()).orElse("");
      return "client: tunnel"
          + type
          + " from "
          + broker
          + trouble.map(text -> ", which is " + text).orElse("");
    }
    return "client: no tunnel yet"
        + status.lastError().map(error -> ", asks again: " + error).orElse(", asks " + broker);
  }
}

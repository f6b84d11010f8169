package org.culvert.routing.bird;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Lets BIRD speak BGP, OSPFv3 or RIPng through tunnels (RFC 5572 section 2), at either end. Where
 * the component stops, what it configured stays, as the tunnels do; a BIRD that restarts reads it
 * again by itself.
 */
@Component(configurationPid = BirdSettings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BirdRouting.Config.class)
public final class BirdRouting implements RoutingService {
  private static final int PERIOD_SECONDS = 10;

  private final BirdSettings settings;
  private final TunnelConfiguration configuration;
  private final ConfigurationDirectory directory;
  private final Provision provision;
  private final Watch watch;
  private final ScheduledExecutorService clock;

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert routing by BIRD",
      description =
          "Lets BIRD speak routing protocols through tunnels. A change applies to tunnels when they"
              + " are provided for anew.")
  public @interface Config {
    @AttributeDefinition(
        name = "Control socket",
        description = "BIRD's control socket. This process needs to be allowed to write to it.")
    String socket() default "/run/bird/bird.ctl";

    @AttributeDefinition(
        name = "Directory",
        description =
            "Where a file is written for each tunnel. It must exist, and bird.conf must have the"
                + " line: include \"DIRECTORY/*.conf\";")
    String directory() default "/etc/bird/culvert";

    @AttributeDefinition(
        name = "Table",
        description =
            "BIRD's routing table of IPv6 that accepted prefixes go to. A protocol kernel of"
                + " bird.conf must export it.")
    String table() default "master6";

    @AttributeDefinition(
        name = "Timeout",
        description = "How many seconds BIRD may take for one change, 1 to 12.",
        min = "1",
        max = "12")
    int timeout() default 10;

    @AttributeDefinition(
        name = "Protocols",
        description = "What may be agreed on while BIRD is running: bgp, ospf, rip.")
    String[] protocols() default {"bgp", "ospf", "rip"};

    @AttributeDefinition(
        name = "Announced to clients",
        description =
            "none, default for the default route, or IPv6 prefixes. They are announced whether this"
                + " host has routes to them or not.")
    String[] announce() default {"default"};

    @AttributeDefinition(
        name = "Longest prefix",
        description =
            "The length up to which a client may announce parts of its prefix beside the whole, 48"
                + " to 128.",
        min = "48",
        max = "128")
    int longestPrefix() default 64;

    @AttributeDefinition(
        name = "Maximum",
        description = "How many prefixes are accepted from a client. More are passed over.",
        min = "1",
        max = "10000000")
    int maximumPrefixes() default 16;

    @AttributeDefinition(
        name = "Maximum received",
        description =
            "How many prefixes a client may announce at all, those with it that are refused. With"
                + " more a session of BGP is broken off and begins anew; with other protocols more"
                + " are passed over.",
        min = "1",
        max = "10000000")
    int maximumReceived() default 1000;

    @AttributeDefinition(
        name = "Accepted by the client",
        description =
            "At a client's end: none, default for the default route, any, or exactly these IPv6"
                + " prefixes. The client's own prefix is never accepted.")
    String[] client_accept() default {"default"};

    @AttributeDefinition(
        name = "Maximum at the client",
        description = "At a client's end: how many prefixes are accepted.",
        min = "1",
        max = "10000000")
    int client_maximumPrefixes() default 1000;

    @AttributeDefinition(
        name = "Maximum received at the client",
        description = "At a client's end: how many prefixes may be announced at all.",
        min = "1",
        max = "10000000")
    int client_maximumReceived() default 300_000;

    @AttributeDefinition(
        name = "Keepalive",
        description = "BGP's keepalive interval in seconds.",
        min = "1",
        max = "21845")
    int keepAlive() default 10;

    @AttributeDefinition(
        name = "Hold time",
        description = "BGP's hold time in seconds, at least three keepalive intervals.",
        min = "3",
        max = "65535")
    int holdTime() default 30;

    @AttributeDefinition(
        name = "Connect retry",
        description = "After how many seconds BGP tries again to connect.",
        min = "1",
        max = "3600")
    int connectRetry() default 10;

    @AttributeDefinition(
        name = "TTL security",
        description =
            "Whether BGP's packets must have come over no hop but the tunnel. Both ends must agree.")
    boolean ttlSecurity() default true;

    @AttributeDefinition(
        name = "OSPF hello",
        description =
            "OSPF's hello interval in seconds; a neighbor is dead after four. Both ends must agree.",
        min = "1",
        max = "3600")
    int ospf_hello() default 10;

    @AttributeDefinition(
        name = "RIPng update",
        description = "RIPng's update interval in seconds; a route is dead after six.",
        min = "1",
        max = "3600")
    int rip_update() default 30;
  }

  /** Begins to watch BIRD, which need not be running yet. */
  @Activate
  public BirdRouting(Config config) {
    this(BirdSettings.from(config), PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  BirdRouting(BirdSettings settings, long period, TimeUnit unit) {
    this.settings = settings;
    this.configuration = new TunnelConfiguration(settings);
    this.directory = new ConfigurationDirectory(settings.directory());
    this.provision = new Provision(settings);
    this.watch = new Watch(settings);
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "culvert-bird-watch");
              thread.setDaemon(true);
              return thread;
            });
    clock.scheduleWithFixedDelay(watch, 0, period, unit);
  }

  @Deactivate
  void stop() {
    clock.shutdownNow();
  }

  @Override
  public String name() {
    boolean isUsual =
        settings.socket().equals(BirdSettings.USUAL_SOCKET)
            && settings.directory().equals(BirdSettings.USUAL_DIRECTORY);
    return isUsual ? "bird" : "bird@" + settings.socket() + "," + settings.directory();
  }

  @Override
  public Set<RoutingProtocol> protocols() {
    return watch.protocols();
  }

  @Override
  public void provide(ServedTunnel tunnel) throws ServiceException {
    provision.make(new Change(TunnelName.of(tunnel), configuration.of(tunnel)));
  }

  @Override
  public void withdraw(ServedTunnel tunnel) throws ServiceException {
    provision.make(new Change(TunnelName.of(tunnel), Optional.empty()));
  }

  @Override
  public List<String> verify(ServedTunnel tunnel) throws ServiceException {
    TunnelName name = TunnelName.of(tunnel);
    List<String> differences = new ArrayList<>();
    Optional<String> wanted = configuration.of(tunnel);
    Optional<String> found = directory.read(name.file());
    if (!found.equals(wanted)) {
      String how = found.isEmpty() ? "is missing" : wanted.isEmpty() ? "is left" : "differs";
      differences.add(directory.path(name.file()) + " " + how);
    }
    try (Bird bird = Bird.connect(settings)) {
      differences.addAll(differences(name, wanted.isPresent(), bird.protocols(name.text())));
    }
    watch.trouble().ifPresent(differences::add);
    return differences;
  }

  private static List<String> differences(
      TunnelName name, boolean isWanted, List<ProtocolLine> protocols) {
    if (!isWanted) {
      return protocols.stream().map(each -> "BIRD still has " + each.name()).toList();
    }
    List<String> differences = new ArrayList<>();
    for (String wanted : List.of(name.text(), name.announcer(), name.pipe())) {
      Optional<ProtocolLine> found =
          protocols.stream().filter(each -> each.name().equals(wanted)).findFirst();
      if (found.isEmpty()) {
        differences.add("BIRD has no protocol " + wanted);
      } else if (found.get().state().equals("down")) {
        differences.add("protocol " + wanted + " is down in BIRD");
      }
    }
    return differences;
  }

  @Override
  public String state(ServedTunnel tunnel) throws ServiceException {
    if (tunnel.arrangements().routing().isEmpty()
        || tunnel.arrangements().routing().get().isStatic()) {
      return "nothing is spoken by BIRD";
    }
    try (Bird bird = Bird.connect(settings)) {
      return bird.details(TunnelName.of(tunnel).text()).summary();
    }
  }
}

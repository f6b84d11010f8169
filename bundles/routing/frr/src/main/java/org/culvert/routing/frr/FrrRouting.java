package org.culvert.routing.frr;

import java.util.List;
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
 * Lets FRR speak BGP or RIPng through tunnels (RFC 5572 section 2), at either end. Where the
 * component stops, what it configured stays, as the tunnels do.
 */
@Component(configurationPid = FrrSettings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = FrrRouting.Config.class)
public final class FrrRouting implements RoutingService {
  private static final int PERIOD_SECONDS = 10;

  private final FrrSettings settings;
  private final Provision provision;
  private final Watch watch;
  private final ScheduledExecutorService clock;

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert routing by FRR",
      description =
          "Lets FRR speak routing protocols through tunnels. A change applies to tunnels when they"
              + " are provided for anew.")
  public @interface Config {
    @AttributeDefinition(
        name = "vtysh",
        description = "FRR's shell, by its whole path. It is called without another shell.")
    String vtysh() default "/usr/bin/vtysh";

    @AttributeDefinition(
        name = "Directory of sockets",
        description =
            "The directory of the daemons' *.vty sockets, where it is not the usual one: what they"
                + " were started with after --vty_socket.")
    String vtyDirectory() default "";

    @AttributeDefinition(
        name = "Pathspace",
        description =
            "Which of several FRRs: the word that its daemons were started with after -N.")
    String pathspace() default "";

    @AttributeDefinition(
        name = "Timeout",
        description = "How many seconds FRR may take for one answer, 1 to 9.",
        min = "1",
        max = "9")
    int timeout() default 8;

    @AttributeDefinition(
        name = "Protocols",
        description =
            "What may be agreed on: bgp, rip. Each only while FRR's daemon for it is running.")
    String[] protocols() default {"bgp", "rip"};

    @AttributeDefinition(
        name = "Announced to clients",
        description =
            "none, default for the default route, or IPv6 prefixes, which are announced while FRR"
                + " has routes to them in the same protocol.")
    String[] announce() default {"default"};

    @AttributeDefinition(
        name = "Longest prefix",
        description =
            "The length up to which a client may announce parts of its prefix beside the whole by"
                + " BGP, 48 to 128.",
        min = "48",
        max = "128")
    int longestPrefix() default 64;

    @AttributeDefinition(
        name = "Maximum",
        description =
            "How many prefixes a client may announce by BGP; a client of more is cut off for a"
                + " while.",
        min = "1",
        max = "100000")
    int maximumPrefixes() default 16;

    @AttributeDefinition(
        name = "Restart",
        description = "After how many minutes who was cut off may come back.",
        min = "1",
        max = "65535")
    int restart() default 5;

    @AttributeDefinition(
        name = "Accepted by the client",
        description =
            "At a client's end: none, default for the default route, any, or exactly these IPv6"
                + " prefixes. The client's own prefix is never accepted.")
    String[] client_accept() default {"default"};

    @AttributeDefinition(
        name = "Maximum at the client",
        description = "At a client's end: how many prefixes are accepted by BGP.",
        min = "1",
        max = "10000000")
    int client_maximumPrefixes() default 1000;

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
        max = "65535")
    int connectRetry() default 10;

    @AttributeDefinition(
        name = "TTL security",
        description =
            "Whether BGP's packets must have come over no hop but the tunnel. Both ends must agree.")
    boolean ttlSecurity() default true;

    @AttributeDefinition(
        name = "Router identifier",
        description =
            "BGP's router identifier where FRR speaks no BGP yet, an IPv4 address of this host."
                + " Empty: FRR chooses.")
    String routerId() default "";

    @AttributeDefinition(
        name = "Local AS",
        description =
            "Whether a session may be held in the AS that was agreed on by an FRR that has another"
                + " AS. Otherwise such a tunnel fails.")
    boolean localAs() default false;
  }

  /** Begins to watch FRR, which need not be running yet. */
  @Activate
  public FrrRouting(Config config) {
    this(FrrSettings.from(config), PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  FrrRouting(FrrSettings settings, long period, TimeUnit unit) {
    this.settings = settings;
    Vtysh vtysh =
        new Vtysh(
            settings.vtysh().toString(),
            settings.instance().options(),
            settings.timeout(),
            Vtysh.LONGEST_ANSWER);
    this.provision = new Provision(settings, vtysh);
    this.watch = new Watch(settings, provision);
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "culvert-frr-watch");
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
    String instance = settings.instance().name();
    return instance.isEmpty() ? "frr" : "frr@" + instance;
  }

  @Override
  public Set<RoutingProtocol> protocols() {
    return watch.protocols();
  }

  @Override
  public void provide(ServedTunnel tunnel) throws ServiceException {
    provision.provide(tunnel);
  }

  @Override
  public void withdraw(ServedTunnel tunnel) throws ServiceException {
    provision.withdraw(tunnel);
  }

  @Override
  public List<String> verify(ServedTunnel tunnel) throws ServiceException {
    return provision.verify(tunnel);
  }

  @Override
  public String state(ServedTunnel tunnel) throws ServiceException {
    return provision.state(tunnel);
  }
}

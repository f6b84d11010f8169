package org.culvert.client;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.culvert.api.client.TunnelClient;
import org.culvert.api.config.ConfigurationValues;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.service.PrefixService;
import org.culvert.api.service.RoutingService;
import org.culvert.api.signaling.TunnelSignaling;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the tunnel client where {@code etc/org.culvert.client.cfg} exists. A change that means
 * nothing new leaves the tunnel as it is.
 *
 * <p>It registers the {@link TunnelClient} itself: a component's configuration becomes its
 * service's properties, and the password must not be read there.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = ConfiguredClient.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ConfiguredClient.Config.class)
public final class ConfiguredClient {
  static final String PID = Refusal.PID;
  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredClient.class);

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert tunnel client",
      description = "Asks a tunnel broker for a tunnel. A change restarts the client.")
  public @interface Config {
    @AttributeDefinition(
        name = "Brokers",
        description =
            "Brokers to ask, in order, separated by commas: host, host:port or [address]:port."
                + " If no port is written, it is 3653, and 3654 with transports = tls.")
    String[] server() default {};

    @AttributeDefinition(
        name = "User",
        description =
            "Your name at the broker. Without name and password: an anonymous tunnel, or, with"
                + " mechanisms = EXTERNAL, whomever the certificate of TLS names.")
    String user() default "";

    @AttributeDefinition(
        name = "Password",
        description = "Your password at the broker, if it is not in a file of its own.",
        type = AttributeType.PASSWORD)
    String password() default "";

    @AttributeDefinition(
        name = "Password file",
        description =
            "A file that holds nothing but the password and that only its owner may read, so that"
                + " nobody who lists configurations sees it. A relative name is looked for in etc.")
    String password_file() default "";

    @AttributeDefinition(
        name = "Mechanisms",
        description =
            "The only SASL mechanisms that may be used, separated by commas, for example"
                + " SCRAM-SHA-256-PLUS: a broker that offers none of them is refused, so that nobody"
                + " on the way can talk the client into a weaker one. Empty: any.")
    String[] mechanisms() default {};

    @AttributeDefinition(
        name = "PLAIN in the clear",
        description =
            "Lets the mechanism PLAIN send the password without TLS, for everybody on the way to"
                + " read. Some old brokers know nothing else.")
    boolean plainInClear() default false;

    @AttributeDefinition(
        name = "Tunnel type",
        description =
            "v6anyv4 lets the broker choose between v6v4 and, behind a NAT, v6udpv4."
                + " v4v6 carries IPv4 over an IPv6 network.",
        options = {
          @Option(label = "v6anyv4", value = "v6anyv4"),
          @Option(label = "v6v4", value = "v6v4"),
          @Option(label = "v6udpv4", value = "v6udpv4"),
          @Option(label = "v4v6", value = "v4v6")
        })
    String tunnelType() default "v6anyv4";

    @AttributeDefinition(
        name = "Prefix length",
        description = "Length of the prefix to ask for, for example 56; 0 asks for none.",
        min = "0",
        max = "128")
    int prefixLength() default 0;

    @AttributeDefinition(
        name = "Name servers",
        description =
            "Name servers that the reverse zone of the prefix shall be delegated to, separated by"
                + " commas: addresses, or full host names. Needs a prefix length.")
    String[] nameServers() default {};

    @AttributeDefinition(
        name = "Name",
        description =
            "The name that you wish to have in the DNS, for example gateway; the broker decides."
                + " Empty: the broker chooses.")
    String name() default "";

    @AttributeDefinition(
        name = "Routing",
        description =
            "How the prefix shall be routed: static, or by a protocol spoken through the tunnel (bgp,"
                + " ospf or rip), for which a routing bundle (FRR or BIRD) must be installed here"
                + " too.",
        options = {
          @Option(label = "static", value = "static"),
          @Option(label = "bgp", value = "bgp"),
          @Option(label = "ospf", value = "ospf"),
          @Option(label = "rip", value = "rip")
        })
    String routing() default "static";

    @AttributeDefinition(
        name = "Autonomous system",
        description =
            "The number of your autonomous system, where routing = bgp. 0: the broker gives one.",
        min = "0",
        max = "4294967295")
    long as() default 0;

    @AttributeDefinition(
        name = "Keepalive",
        description =
            "Seconds between keepalives to ask for; the broker decides. Less is asked for where"
                + " something on the way seems to forget the tunnel sooner. 0 asks for none, and a"
                + " broken tunnel is then not noticed.",
        min = "0",
        max = "3600")
    int keepAlive() default 25;

    @AttributeDefinition(
        name = "Default route",
        description = "Sends everything that has no better route into the tunnel.")
    boolean defaultRoute() default true;

    @AttributeDefinition(
        name = "Routes",
        description =
            "Prefixes to send into the tunnel, separated by commas, where defaultRoute = false.")
    String[] routes() default {};

    @AttributeDefinition(
        name = "Transports",
        description =
            "What may carry the session: auto (UDP, then TCP), udp, tcp or tls. There is no falling"
                + " back from tls to another, since whoever blocks it would be obeyed.",
        options = {
          @Option(label = "auto", value = "auto"),
          @Option(label = "udp", value = "udp"),
          @Option(label = "tcp", value = "tcp"),
          @Option(label = "tls", value = "tls")
        })
    String transports() default "auto";

    @AttributeDefinition(
        name = "Referrals",
        description =
            "Which brokers may refer this client to others: authenticated (those that had proved"
                + " who they are, by TLS or by a mechanism that proves both ends), any (also by a"
                + " referral that anybody on the way could have made), or none.",
        options = {
          @Option(label = "authenticated", value = "authenticated"),
          @Option(label = "any", value = "any"),
          @Option(label = "none", value = "none")
        })
    String referrals() default "authenticated";

    @AttributeDefinition(
        name = "NAT64 prefix",
        description =
            "The way to brokers that have only IPv4, for a host without IPv4: auto looks for the"
                + " network's NAT64, none uses none; or the prefix of the NAT64, for example"
                + " 64:ff9b::/96.")
    String nat64Prefix() default "auto";

    @AttributeDefinition(
        name = "MTU",
        description = "The tunnel's inner MTU in octets; 1280 passes everywhere.",
        min = "1280",
        max = "9000")
    int mtu() default 1280;

    @AttributeDefinition(
        name = "Shortest wait",
        description = "Seconds to wait at least after a failure, before asking again.",
        min = "1",
        max = "86400")
    int retryMin() default 5;

    @AttributeDefinition(
        name = "Longest wait",
        description = "Seconds to wait at most after many failures, before asking again.",
        min = "1",
        max = "86400")
    int retryMax() default 300;

    @AttributeDefinition(
        name = "State file",
        description =
            "Remembers the broker, transport and version that worked last. Empty:"
                + " culvert/client-state.properties in the container's data directory.")
    String state() default "";
  }

  private final TunnelSignaling signaling;
  private final TunnelEndpoint endpoint;
  private final OuterSockets sockets;
  private final BundleContext context;

  /** What is guarded by this object's lock follows. */
  private final Set<PrefixService> prefixServices = new LinkedHashSet<>();

  private final Map<RoutingService, Integer> routingServices = new LinkedHashMap<>();
  private Map<String, Object> written;
  private ClientLife life;

  /** Starts the client. */
  @Activate
  public ConfiguredClient(
      @Reference TunnelSignaling signaling,
      @Reference(target = "(" + TunnelEndpoint.ROLE + "=" + TunnelEndpoint.CLIENT + ")")
          TunnelEndpoint endpoint,
      @Reference OuterSockets sockets,
      Config config,
      BundleContext context) {
    this.signaling = signaling;
    this.endpoint = endpoint;
    this.sockets = sockets;
    this.context = context;
    this.written = ConfigurationValues.of(Config.class, config);
    this.life = new ClientLife(SettingsReader.from(config), signaling, endpoint, sockets, context);
  }

  /**
   * Starts the client anew if it is another configuration. The runtime also hands on what is in
   * force already, after a change that was kept back: then the tunnel stays.
   */
  @Modified
  synchronized void change(Config config) {
    Map<String, Object> now = ConfigurationValues.of(Config.class, config);
    if (now.equals(written)) {
      return;
    }
    ClientSettings settings;
    try {
      settings = SettingsReader.from(config);
    } catch (InvalidConfigurationException e) {
      LOG.warn("{}; what was there before is still in force", e.getMessage());
      return;
    }
    life.close();
    life = new ClientLife(settings, signaling, endpoint, sockets, context);
    written = now;
    prefixServices.forEach(life.services()::bind);
    routingServices.forEach(life.services()::bind);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  synchronized void bindPrefixService(PrefixService service) {
    prefixServices.add(service);
    life.services().bind(service);
  }

  /** Blocks until the service has taken back what it provides. */
  synchronized void unbindPrefixService(PrefixService service) {
    prefixServices.remove(service);
    life.services().unbind(service);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  synchronized void bindRoutingService(RoutingService service, Map<String, Object> properties) {
    int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer ranked ? ranked : 0;
    routingServices.put(service, ranking);
    life.services().bind(service, ranking);
  }

  /** Blocks until the service has taken back what it provides. */
  synchronized void unbindRoutingService(RoutingService service) {
    routingServices.remove(service);
    life.services().unbind(service);
  }

  /** Withdraws the client, takes back what is provided and closes its tunnel. */
  @Deactivate
  synchronized void stop() {
    life.close();
  }
}

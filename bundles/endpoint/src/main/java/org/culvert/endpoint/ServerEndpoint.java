package org.culvert.endpoint;

import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.culvert.api.config.MistakeSource;
import org.culvert.api.endpoint.HostReport;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostNetwork;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The tunnel server's end of all its tunnels.
 *
 * <p>It is immediate, for a component that waits to be used is also deactivated when its last user
 * goes: tunnels must not end because the broker restarts. It costs one sleeping thread until the
 * first tunnel.
 */
@Component(
    service = {TunnelServer.class, TunnelEndpoint.class, HostReport.class, MistakeSource.class},
    immediate = true,
    configurationPid = ServerEndpoint.PID,
    property = TunnelEndpoint.ROLE + "=" + TunnelEndpoint.SERVER)
@Designate(ocd = ServerEndpoint.Config.class)
public final class ServerEndpoint extends ConfiguredEndpoint implements TunnelServer {
  static final String PID = "org.culvert.endpoint.server";

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert tunnel endpoint (server)",
      description = "The server's end of tunnels. A change closes them and opens them again.")
  public @interface Config {
    @AttributeDefinition(
        name = "Device",
        description = "Name of the network device whose packets go through the tunnels.")
    String device() default "culvert0";

    @AttributeDefinition(
        name = "MTU",
        description =
            "The device's MTU in octets, 1280 to 9216, and the largest that is searched for on the"
                + " path of a tunnel; 1280: nothing is searched for. It must not be smaller than"
                + " the broker's mtu.",
        min = "1280",
        max = "9216")
    int mtu() default 1480;

    @AttributeDefinition(
        name = "Datapath",
        description =
            "What moves the packets: auto for the best one that can carry a tunnel, or the name of"
                + " the only one that may, for example userspace.")
    String datapath() default EndpointSettings.AUTO;

    @AttributeDefinition(
        name = "Host settings",
        description =
            "Settings of the host itself that are changed where tunnels need it, separated by"
                + " commas: forwarding, neighbors, reversePath. What is not named here is told.")
    String hostSettings() default "forwarding";

    @AttributeDefinition(
        name = "Closed interfaces",
        description =
            "Names of interfaces, separated by commas, by which IPv4 for tunnels is not to come in:"
                + " that they do not forward it is not told.")
    String closedInterfaces() default "";

    @AttributeDefinition(
        name = "Isolate",
        description =
            "Whether tunnels reach one another: none for all do, all for none does, groups for those"
                + " do whose users have a group in common, and prefixes, separated by commas: a"
                + " tunnel whose addresses are in one reaches no other tunnel, and no other reaches"
                + " it.")
    String isolate() default "none";

    @AttributeDefinition(
        name = "Host services",
        description =
            "Services of this host that are open to tunnels, separated by commas, such as tcp/443,"
                + " udp/53, or 132 for an IP protocol; all: every one. Ping, signaling, routing"
                + " protocols that were agreed on and resolvers that clients are told are open in"
                + " any case.")
    String hostServices() default "";
  }

  /** Opens nothing until the first tunnel is desired. */
  @Activate
  public ServerEndpoint(
      Config config,
      @Reference NetworkDevices devices,
      @Reference OuterSockets sockets,
      @Reference HostNetwork host) {
    super(Side.SERVER, written(config), devices, sockets, host);
  }

  /** Closes the tunnels and opens them again if it is another configuration. */
  @Modified
  void change(Config config) {
    change(() -> written(config));
  }

  @Override
  public CompletionStage<Void> serve(Set<IpPrefix> pools) {
    return servePools(pools, Set.of());
  }

  @Override
  public CompletionStage<Void> serve(Set<IpPrefix> pools, Set<InetAddress> resolvers) {
    return servePools(pools, resolvers);
  }

  /** Reads what the operator has written; refuses what means nothing. */
  static Written written(Config config) {
    return new Written(
        EndpointSettings.from(
            PID, TunnelEndpoint.SERVER, config.device(), config.mtu(), config.datapath()),
        HostSettings.from(PID, config.hostSettings(), config.closedInterfaces())
            .withReach(Reach.from(PID, config.device(), config.isolate(), config.hostServices())));
  }
}

package org.culvert.endpoint;

import org.culvert.api.config.MistakeSource;
import org.culvert.api.endpoint.HostReport;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.netdev.DeviceConfiguration;
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
 * The tunnel client's end of its tunnel.
 *
 * <p>It is immediate, for a component that waits to be used is also deactivated when its last user
 * goes: tunnels must not end because the client restarts. It costs one sleeping thread until the
 * first tunnel.
 */
@Component(
    service = {TunnelEndpoint.class, HostReport.class, MistakeSource.class},
    immediate = true,
    configurationPid = ClientEndpoint.PID,
    property = TunnelEndpoint.ROLE + "=" + TunnelEndpoint.CLIENT)
@Designate(ocd = ClientEndpoint.Config.class)
public final class ClientEndpoint extends ConfiguredEndpoint {
  static final String PID = "org.culvert.endpoint.client";

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert tunnel endpoint (client)",
      description = "The client's end of tunnels. A change closes them and opens them again.")
  public @interface Config {
    @AttributeDefinition(
        name = "Device",
        description = "Name of the network device whose packets go through the tunnels.")
    String device() default "culvert1";

    @AttributeDefinition(
        name = "MTU",
        description =
            "The largest MTU in octets, 1280 to 9216, that is searched for on the path of the tunnel;"
                + " 1280: nothing is searched for. The device has what the path carries. It must"
                + " not be smaller than the client's mtu.",
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
        name = "Metric of the default route",
        description =
            "A default route by another interface goes before the tunnel's if its metric is lower:"
                + " one of a router advertisement has 1024. Write 512, and the tunnel goes first.",
        min = "1",
        max = "1000000000")
    int defaultRouteMetric() default DeviceConfiguration.DEFAULT_METRIC;

    @AttributeDefinition(
        name = "Source rules",
        description =
            "Whether packets from the tunnel's own address and prefix leave through the tunnel when"
                + " the host has a better default route.")
    boolean sourceRules() default true;

    @AttributeDefinition(
        name = "Source table",
        description = "Number of the routing table that the source rules lead to.",
        min = "256")
    int sourceTable() default HostSettings.TABLE;

    @AttributeDefinition(
        name = "Source priority",
        description = "Priority of the source rules; the next number is used as well.",
        min = "1",
        max = "32764")
    int sourcePriority() default HostSettings.PRIORITY;

    @AttributeDefinition(
        name = "Host settings",
        description =
            "Settings of the host itself that are changed where tunnels need it, separated by"
                + " commas: forwarding, neighbors, reversePath. What is not named here is told.")
    String hostSettings() default "";

    @AttributeDefinition(
        name = "Closed interfaces",
        description =
            "Names of interfaces, separated by commas, by which IPv4 for tunnels is not to come in:"
                + " that they do not forward it is not told.")
    String closedInterfaces() default "";
  }

  /** Opens nothing until the first tunnel is desired. */
  @Activate
  public ClientEndpoint(
      Config config,
      @Reference NetworkDevices devices,
      @Reference OuterSockets sockets,
      @Reference HostNetwork host) {
    super(Side.CLIENT, written(config), devices, sockets, host);
  }

  /** Closes the tunnels and opens them again if it is another configuration. */
  @Modified
  void change(Config config) {
    change(() -> written(config));
  }

  /** Reads what the operator has written; refuses what means nothing. */
  static Written written(Config config) {
    return new Written(
        EndpointSettings.from(
                PID, TunnelEndpoint.CLIENT, config.device(), config.mtu(), config.datapath())
            .withDefaultRouteMetric(config.defaultRouteMetric()),
        HostSettings.from(PID, config.hostSettings(), config.closedInterfaces())
            .withSourceRules(
                PID, config.sourceRules(), config.sourceTable(), config.sourcePriority()));
  }
}

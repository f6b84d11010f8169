package org.culvert.endpoint;

import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.netdev.NetworkDevices;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
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
    service = TunnelEndpoint.class,
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
            "The device's MTU in octets, 1280 to 9216. It must not be smaller than the client's mtu.")
    int mtu() default 1280;

    @AttributeDefinition(
        name = "Datapath",
        description =
            "What moves the packets: auto for the best one that can carry a tunnel, or the name of"
                + " the only one that may, for example userspace.")
    String datapath() default EndpointSettings.AUTO;
  }

  /** Opens nothing until the first tunnel is desired. */
  @Activate
  public ClientEndpoint(Config config, @Reference NetworkDevices devices) {
    super(from(config), devices);
  }

  static EndpointSettings from(Config config) {
    return EndpointSettings.from(
        PID, TunnelEndpoint.CLIENT, config.device(), config.mtu(), config.datapath());
  }
}

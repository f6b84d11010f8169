package org.culvert.endpoint;

import java.util.Map;
import java.util.Optional;
import org.culvert.api.config.ConfigurationCheck;
import org.culvert.api.config.ConfigurationValues;
import org.culvert.api.netdev.NetworkDevices;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Says beforehand what the client's endpoint would refuse, so that one that runs keeps its tunnels.
 */
@Component
public final class ClientEndpointCheck implements ConfigurationCheck {
  private final NetworkDevices devices;

  /** Asks for nothing yet. */
  @Activate
  public ClientEndpointCheck(@Reference NetworkDevices devices) {
    this.devices = devices;
  }

  @Override
  public String pid() {
    return ClientEndpoint.PID;
  }

  @Override
  public Optional<String> refusal(Map<String, Object> values) {
    return ConfigurationCheck.refusalOf(
        () ->
            ClientEndpoint.written(ConfigurationValues.as(ClientEndpoint.Config.class, values))
                .besides(devices));
  }
}

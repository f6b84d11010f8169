package org.culvert.transport;

import java.util.Map;
import java.util.Optional;
import org.culvert.api.config.ConfigurationCheck;
import org.culvert.api.config.ConfigurationValues;
import org.osgi.service.component.annotations.Component;

/** Says beforehand what signaling would refuse, so that one that is served goes on. */
@Component
public final class TransportCheck implements ConfigurationCheck {
  @Override
  public String pid() {
    return TransportSettings.PID;
  }

  @Override
  public Optional<String> refusal(Map<String, Object> values) {
    return ConfigurationCheck.refusalOf(
        () -> TransportSettings.from(ConfigurationValues.as(Config.class, values)));
  }
}

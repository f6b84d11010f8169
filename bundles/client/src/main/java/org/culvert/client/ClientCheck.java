package org.culvert.client;

import java.util.Map;
import java.util.Optional;
import org.culvert.api.config.ConfigurationCheck;
import org.culvert.api.config.ConfigurationValues;
import org.osgi.service.component.annotations.Component;

/**
 * Says beforehand what the client would refuse, so that one that runs keeps its tunnel: rules
 * between keys, and a password's file that is not fit.
 */
@Component
public final class ClientCheck implements ConfigurationCheck {

  @Override
  public String pid() {
    return Refusal.PID;
  }

  @Override
  public Optional<String> refusal(Map<String, Object> values) {
    return ConfigurationCheck.refusalOf(
        () ->
            SettingsReader.from(ConfigurationValues.as(ConfiguredClient.Config.class, values))
                .passwordFile()
                .ifPresent(PasswordFile::read));
  }
}

package org.culvert.client;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Configurations as an operator writes them: defaults, and what is set. */
final class Configs {
  private final Map<String, Object> set = new HashMap<>();

  static Configs forServers(String... servers) {
    return new Configs().with("server", servers);
  }

  Configs with(String key, Object value) {
    set.put(key, value);
    return this;
  }

  Configs in(Path directory) {
    return with("state", directory.resolve("state.properties").toString());
  }

  ConfiguredClient.Config config() {
    return (ConfiguredClient.Config)
        Proxy.newProxyInstance(
            Configs.class.getClassLoader(),
            new Class<?>[] {ConfiguredClient.Config.class, Annotation.class},
            (proxy, method, arguments) ->
                set.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  ClientSettings settings() {
    return SettingsReader.from(config());
  }
}

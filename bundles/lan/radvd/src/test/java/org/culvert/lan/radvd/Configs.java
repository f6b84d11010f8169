package org.culvert.lan.radvd;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Configurations as an operator writes them: defaults, and what is set. */
final class Configs {
  private final Map<String, Object> set = new HashMap<>();

  static Configs of(String... interfaces) {
    return new Configs().with("interfaces", interfaces);
  }

  Configs with(String key, Object value) {
    set.put(key, value);
    return this;
  }

  Configs in(Path directory) {
    return with("directory", directory.toString());
  }

  LanSettings settings() {
    return SettingsReader.from(
        (RadvdPrefixService.Config)
            Proxy.newProxyInstance(
                Configs.class.getClassLoader(),
                new Class<?>[] {RadvdPrefixService.Config.class, Annotation.class},
                (proxy, method, arguments) ->
                    set.getOrDefault(method.getName(), method.getDefaultValue())));
  }
}

package org.culvert.routing.bird;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;

/** Configurations as the framework would hand them over: defaults, but for some keys. */
final class Configs {
  private Configs() {}

  static BirdRouting.Config config(Map<String, Object> values) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            values.getOrDefault(method.getName(), method.getDefaultValue());
    return (BirdRouting.Config)
        Proxy.newProxyInstance(
            Configs.class.getClassLoader(), new Class<?>[] {BirdRouting.Config.class}, handler);
  }

  static BirdSettings settings(Map<String, Object> values) {
    return BirdSettings.from(config(values));
  }
}

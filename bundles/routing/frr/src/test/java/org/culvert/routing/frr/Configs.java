package org.culvert.routing.frr;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;

/** Configurations as the framework would hand them over: defaults, but for some keys. */
final class Configs {
  private Configs() {}

  static FrrRouting.Config config(Map<String, Object> values) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            values.getOrDefault(method.getName(), method.getDefaultValue());
    return (FrrRouting.Config)
        Proxy.newProxyInstance(
            Configs.class.getClassLoader(), new Class<?>[] {FrrRouting.Config.class}, handler);
  }

  /** Any program will do where none is called. */
  static FrrSettings settings(Map<String, Object> values) {
    Map<String, Object> all = new java.util.HashMap<>(Map.of("vtysh", "/bin/true"));
    all.putAll(values);
    return FrrSettings.from(config(all));
  }
}

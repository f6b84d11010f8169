package org.culvert.broker;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** Configurations with the defaults of {@link Config} and a few keys set. */
final class Configs {
  private Configs() {}

  static Config of(Object... keysAndValues) {
    Map<String, Object> set = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      set.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return (Config)
        Proxy.newProxyInstance(
            Config.class.getClassLoader(),
            new Class<?>[] {Config.class},
            (proxy, method, arguments) ->
                set.containsKey(method.getName())
                    ? set.get(method.getName())
                    : method.getDefaultValue());
  }

  /** Pools from documentation prefixes, with more keys. */
  static Config withPools(Object... keysAndValues) {
    Object[] all = new Object[keysAndValues.length + 6];
    all[0] = "endpointPool";
    all[1] = "2001:db8:0:1::/64";
    all[2] = "anonymousPool";
    all[3] = "2001:db8:0:2::/64";
    all[4] = "delegationPools";
    all[5] = new String[] {"2001:db8:8000::/40"};
    System.arraycopy(keysAndValues, 0, all, 6, keysAndValues.length);
    return of(all);
  }
}

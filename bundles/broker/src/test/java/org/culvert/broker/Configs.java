package org.culvert.broker;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.culvert.api.net.IpPrefix;

/** Configurations with the defaults of {@link Config} and a few keys set. */
final class Configs {
  /** All lengths, and none for users who name none. */
  static final PrefixPolicy.Lengths ANY_LENGTH =
      new PrefixPolicy.Lengths(48, 64, OptionalInt.empty());

  private Configs() {}

  static Config of(Object... keysAndValues) {
    return of(Config.class, keysAndValues);
  }

  /** A file {@code etc/org.culvert.broker.pool-NAME.cfg}. */
  static AllocationPolicy pool(String name, Object... keysAndValues) {
    return new AllocationPolicy(
        of(PoolConfig.class, keysAndValues),
        Map.of(
            "felix.fileinstall.filename", "file:/x/etc/org.culvert.broker.pool-" + name + ".cfg"));
  }

  static Settings settings(Config config, AllocationPolicy... pools) {
    return Settings.from(config, List.of(pools), () -> IpPrefix.parse("fd12:3456:789a::/48"));
  }

  private static <T> T of(Class<T> type, Object... keysAndValues) {
    Map<String, Object> set = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      set.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                set.containsKey(method.getName())
                    ? set.get(method.getName())
                    : method.getDefaultValue()));
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

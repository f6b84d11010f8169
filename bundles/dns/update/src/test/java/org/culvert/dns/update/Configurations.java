package org.culvert.dns.update;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.culvert.dns.update.ConfiguredDnsRegistrar.Config;

/**
 * Configurations as an operator would write them, with the defaults for all that is not written.
 */
final class Configurations {
  static final String SECRET = "c2l4dGVlbiBvY3RldHMgYXJlIGp1c3QgZW5vdWdoIQ==";

  private Configurations() {}

  /** Returns a configuration of keys and values in turn; keys are spelled as the methods are. */
  static Config of(Object... written) {
    Map<String, Object> values = new HashMap<>();
    values.put("zones", new String[] {"tb.example"});
    values.put("reverseZones", new String[] {"2001:db8::/32", "127.0.0.0/8"});
    values.put("key_secret", SECRET);
    for (int i = 0; i < written.length; i += 2) {
      values.put((String) written[i], written[i + 1]);
    }
    return (Config)
        Proxy.newProxyInstance(
            Config.class.getClassLoader(),
            new Class<?>[] {Config.class},
            (proxy, method, arguments) ->
                values.getOrDefault(method.getName(), method.getDefaultValue()));
  }
}

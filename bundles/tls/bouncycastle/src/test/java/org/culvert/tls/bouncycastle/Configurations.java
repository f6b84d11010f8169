package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Configurations with some values changed, and providers made of them. */
final class Configurations {
  private final Path directory;

  /** The time that the providers see. */
  final AtomicLong nanos = new AtomicLong();

  Configurations(Path directory) {
    this.directory = directory;
  }

  static BouncyCastleTls.Config config(Map<String, ?> changes) {
    Map<String, Object> values = new HashMap<>();
    changes.forEach(
        (key, value) ->
            values.put(key.replace('.', '_'), value instanceof Path ? value.toString() : value));
    return (BouncyCastleTls.Config)
        Proxy.newProxyInstance(
            Configurations.class.getClassLoader(),
            new Class<?>[] {BouncyCastleTls.Config.class},
            (proxy, method, arguments) ->
                values.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  TlsSettings settings(Map<String, ?> changes) {
    return TlsSettings.from(config(changes), directory, directory.resolve("data"));
  }

  BouncyCastleTls provider(Map<String, ?> changes) throws IOException {
    return new BouncyCastleTls(settings(changes), nanos::get);
  }
}

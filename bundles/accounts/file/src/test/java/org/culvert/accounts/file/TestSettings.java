package org.culvert.accounts.file;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;

/** Configurations, with few iterations where hashes are made, so that tests need not wait. */
final class TestSettings {
  private TestSettings() {}

  static Settings of(Path file) {
    return of(file, "culvert", true);
  }

  static Settings of(Path file, String realm, boolean digestMd5) {
    return new Settings(
        file, realm, digestMd5, Settings.MIN_ITERATIONS, BcryptVerifier.MIN_COST, false);
  }

  static AccountsConfig config(String file, String realm, int iterations) {
    return config(Map.of("file", file, "realm", realm, "iterations", iterations));
  }

  /** Returns a configuration as the framework makes it: what is not set has its default. */
  static AccountsConfig config(Map<String, Object> set) {
    return (AccountsConfig)
        Proxy.newProxyInstance(
            TestSettings.class.getClassLoader(),
            new Class<?>[] {AccountsConfig.class},
            (proxy, method, arguments) ->
                set.getOrDefault(method.getName(), method.getDefaultValue()));
  }
}

package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientCheckTest {
  @TempDir Path directory;
  private final ClientCheck check = new ClientCheck();

  @Test
  void takesWhatTheClientTakes() {
    assertThat(check.pid()).isEqualTo("org.culvert.client");
    assertThat(check.refusal(written())).isEmpty();
    assertThat(check.refusal(written("retryMin", "10", "prefixLength", "56"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "retryMin, 400, 'it is above retryMax; lower it'",
    "routing, bgp, 'there is nothing to route without a prefix; set prefixLength, for example 56'",
    "nameServers, 192.0.2.53, there is no reverse zone without a prefix",
    "routes, 2001:db8::/32, defaultRoute = true covers them already",
    "user, alice, write both or neither"
  })
  void saysWhichRuleBetweenKeysIsBroken(String key, String value, String told) {
    assertThat(check.refusal(written(key, value)).orElseThrow())
        .startsWith("etc/org.culvert.client.cfg: ")
        .contains(told);
  }

  @Test
  void saysThatAPrefixIsTooLongForIpv4() {
    assertThat(check.refusal(written("tunnelType", "v4v6", "prefixLength", "64")))
        .contains("etc/org.culvert.client.cfg: prefixLength = \"64\": write a number from 0 to 32");
  }

  @Test
  void looksIntoTheFileOfThePassword() throws IOException {
    Path file = directory.resolve("password");
    Map<String, Object> written = written("user", "alice", "password.file", file.toString());
    assertThat(check.refusal(written).orElseThrow()).contains("it cannot be read");

    Files.writeString(file, "canary\nmore\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(check.refusal(written).orElseThrow())
        .contains("it must hold the password and nothing else")
        .doesNotContain("canary");

    Files.writeString(file, "canary\n");
    assertThat(check.refusal(written)).isEmpty();
  }

  private static Map<String, Object> written(String... keysAndValues) {
    Map<String, Object> written = new HashMap<>();
    written.put("server", "192.0.2.1");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      written.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return written;
  }
}

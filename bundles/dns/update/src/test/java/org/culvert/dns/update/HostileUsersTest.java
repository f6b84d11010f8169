package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.dns.update.Tunnels.address;
import static org.culvert.dns.update.Tunnels.tunnel;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.culvert.api.service.DnsRegistrar.NameGrant;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.ServedTunnel;
import org.culvert.dns.update.NameDaemon.Kind;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Users who are called what hurts elsewhere leave in real zones what is theirs, and nothing else.
 */
class HostileUsersTest {
  private static final String REVERSE = "8.b.d.0.1.0.0.2.ip6.arpa";
  private static final List<String> USERS =
      List.of(
          "*",
          "@",
          ".",
          "..",
          "a.b",
          "a\\.b",
          "\\052",
          "www",
          "ns1",
          "_tcp",
          "$ORIGIN",
          "$(reboot)",
          "; x A 192.0.2.1",
          "x\ny A 192.0.2.1",
          "x\0y",
          "\"",
          "tb.example.",
          "é",
          "xn--9ca",
          "A",
          "a",
          "-",
          "a".repeat(64));

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  @Threat({"T15", "T16"})
  void leaveNothingButTheirOwn(Kind kind) throws Exception {
    try (NameDaemon dns =
            NameDaemon.start(
                kind, "127.0.0.1", "tb.example", "www A 192.0.2.80\n* A 192.0.2.81", REVERSE, "");
        DynamicUpdateRegistrar registrar = registrar(dns.port())) {
      List<String> before = content(dns);
      List<ServedTunnel> tunnels = new ArrayList<>();
      TreeSet<String> expected = new TreeSet<>(before);
      for (int i = 0; i < USERS.size(); i++) {
        ServedTunnel tunnel = granted(registrar, USERS.get(i), i);
        registrar.provide(tunnel);
        assertThat(registrar.verify(tunnel)).isEmpty();
        expected.addAll(registrar.records(tunnel));
        tunnels.add(tunnel);
      }

      List<String> after = content(dns);
      assertThat(after.stream().filter(line -> !line.contains("\"culvert ")))
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(after.stream().filter(line -> line.contains("\"culvert ")))
          .hasSize(3 * USERS.size());

      for (ServedTunnel tunnel : tunnels) {
        registrar.withdraw(tunnel);
      }
      assertThat(content(dns)).containsExactlyInAnyOrderElementsOf(before);
    }
  }

  /** One half names a server, the other gets wildcards; lengths from /47 to /50. */
  private static ServedTunnel granted(DynamicUpdateRegistrar registrar, String user, int number) {
    DnsServer[] servers =
        number % 2 == 0 ? new DnsServer[] {address("192.0.2.5")} : new DnsServer[0];
    String prefix = "2001:db8:%x::/%s".formatted(0x1000 + 2 * number, 47 + number % 4);
    String address = "2001:db8:100::%x".formatted(0x10 + number);
    NameGrant grant = registrar.grant(Tunnels.request(user, address, prefix, servers));
    return tunnel("id" + number, user, grant.name().orElseThrow(), address, prefix, servers);
  }

  private static List<String> content(NameDaemon dns) {
    List<String> all = new ArrayList<>(dns.transfer("tb.example"));
    all.addAll(dns.transfer(REVERSE));
    assertThat(all).isNotEmpty();
    return all;
  }

  private static DynamicUpdateRegistrar registrar(int port) {
    DnsSettings settings =
        SettingsReader.from(
            Configurations.of(
                "port",
                port,
                "reverseZones",
                new String[] {REVERSE},
                "reverse",
                "wildcard",
                "lameCheck",
                false));
    HostLookup nobody = (host, limit) -> List.of();
    return new DynamicUpdateRegistrar(
        settings,
        new SignedExchange(
            settings.server(), settings.key(), true, settings.timeout(), Clock.systemUTC()),
        new LameCheck(Duration.ofSeconds(1), 53, nobody),
        nobody);
  }
}

package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.culvert.dns.update.Tunnels.address;
import static org.culvert.dns.update.Tunnels.named;
import static org.culvert.dns.update.Tunnels.tunnel;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.dns.update.NameDaemon.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Enters tunnels in a real BIND and a real Knot. Each test has users and prefixes of its own. */
class DynamicUpdateTest {
  private static final Locale USUAL = Locale.getDefault();
  private static final String REVERSE = "8.b.d.0.1.0.0.2.ip6.arpa";
  private static final Map<Kind, NameDaemon> DAEMONS = new EnumMap<>(Kind.class);

  @AfterAll
  static void stop() {
    DAEMONS.values().forEach(NameDaemon::close);
  }

  private static NameDaemon daemon(Kind kind) {
    return DAEMONS.computeIfAbsent(
        kind,
        any ->
            NameDaemon.start(
                kind,
                "127.0.0.1",
                "tb.example",
                "owned A 192.0.2.99\nspread TXT \"somebody's\"\n"
                    + "ns1.lab A 192.0.2.98\nhost.dept A 192.0.2.97",
                REVERSE,
                "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.6.6.0 PTR somebody.example.",
                "127.in-addr.arpa",
                ""));
  }

  private static DynamicUpdateRegistrar registrar(NameDaemon daemon, Object... written) {
    Object[] all = Arrays.copyOf(written, written.length + 2);
    all[written.length] = "port";
    all[written.length + 1] = daemon.port();
    return registrar(SettingsReader.from(Configurations.of(all)), Clock.systemUTC(), 53);
  }

  private static DynamicUpdateRegistrar registrar(
      DnsSettings settings, Clock clock, int nameServerPort) {
    HostLookup nobody = (host, limit) -> List.of();
    return new DynamicUpdateRegistrar(
        settings,
        new SignedExchange(
            settings.server(), settings.key(), settings.udp(), settings.timeout(), clock),
        new LameCheck(Duration.ofSeconds(1), nameServerPort, nobody),
        nobody);
  }

  /** What is told has the same digits on every host. */
  @BeforeAll
  static void onAHostWithDigitsOfItsOwn() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
  }

  @AfterAll
  static void asUsual() {
    Locale.setDefault(USUAL);
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void entersAndWithdrawsNameAndWayBack(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel alice = tunnel("1", "alice", "alice.tb.example", "2001:db8:100::2", "");
    try (DynamicUpdateRegistrar registrar = registrar(dns)) {
      registrar.provide(alice);
      registrar.provide(alice);

      String back = HostNames.text(ReverseNames.of(alice.clientAddress()));
      assertThat(dns.dig("alice.tb.example", "AAAA")).containsExactly("2001:db8:100::2");
      assertThat(dns.dig(back, "PTR")).containsExactly("alice.tb.example.");
      assertThat(registrar.verify(alice)).isEmpty();
      assertThat(registrar.records(alice))
          .containsExactly(
              "alice.tb.example. 300 IN AAAA 2001:db8:100::2",
              back + ". 300 IN PTR alice.tb.example.");

      registrar.withdraw(alice);
      registrar.withdraw(alice);

      assertThat(dns.dig("alice.tb.example", "ANY")).isEmpty();
      assertThat(dns.dig("alice.tb.example", "TXT")).isEmpty();
      assertThat(dns.dig(back, "PTR")).isEmpty();
      assertThat(dns.dig(back, "TXT")).isEmpty();
      assertThat(registrar.verify(alice)).hasSize(2).allMatch(line -> line.startsWith("missing: "));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void bothTunnelsOfUserShareTheName(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel six = tunnel("6", "both", "both.tb.example", "2001:db8:100::6", "");
    ServedTunnel four = tunnel("4", "both", "both.tb.example", "127.9.0.4", "");
    try (DynamicUpdateRegistrar registrar = registrar(dns)) {
      registrar.provide(six);
      registrar.provide(four);
      assertThat(dns.dig("both.tb.example", "AAAA")).containsExactly("2001:db8:100::6");
      assertThat(dns.dig("both.tb.example", "A")).containsExactly("127.9.0.4");
      assertThat(dns.dig("4.0.9.127.in-addr.arpa", "PTR")).containsExactly("both.tb.example.");

      registrar.withdraw(six);
      assertThat(dns.dig("both.tb.example", "AAAA")).isEmpty();
      assertThat(dns.dig("both.tb.example", "A")).containsExactly("127.9.0.4");
      assertThat(registrar.verify(four)).isEmpty();

      registrar.withdraw(four);
      assertThat(dns.dig("both.tb.example", "TXT")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void delegatesPrefixToNamedServersWithMadeNames(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel tunnel =
        tunnel(
            "d",
            "dora",
            "dora.tb.example",
            "2001:db8:100::d",
            "2001:db8:1234::/48",
            address("192.0.2.5"),
            address("2001:db8::1"),
            named("ns1.alice.example"));
    try (DynamicUpdateRegistrar registrar =
        registrar(dns, "lameCheck", false, "ds", new String[] {"dora 7 13 2 " + "ab".repeat(32)})) {
      registrar.provide(tunnel);

      String cut = "4.3.2.1." + REVERSE;
      assertThat(dns.digAll("1." + cut, "PTR"))
          .contains(
              cut + ". 300 IN NS ns1.alice.example.",
              cut + ". 300 IN NS ns1.dora.tb.example.",
              cut + ". 300 IN NS ns2.dora.tb.example.");
      assertThat(dns.dig(cut, "DS")).containsExactly("7 13 2 " + digest());
      assertThat(dns.dig("ns1.dora.tb.example", "A")).containsExactly("192.0.2.5");
      assertThat(dns.dig("ns2.dora.tb.example", "AAAA")).containsExactly("2001:db8::1");
      assertThat(registrar.verify(tunnel)).isEmpty();

      registrar.withdraw(tunnel);
      assertThat(dns.digAll("1." + cut, "PTR"))
          .isNotEmpty()
          .allMatch(line -> line.contains(" SOA "));
      assertThat(dns.dig(cut, "DS")).isEmpty();
      assertThat(dns.dig("ns1.dora.tb.example", "A")).isEmpty();
      assertThat(dns.dig("_4-48.3.2.1." + REVERSE, "TXT")).isEmpty();
    }
  }

  /** As dig breaks it. */
  private static String digest() {
    return ("AB".repeat(28) + " " + "AB".repeat(4));
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void delegatesBetweenNibblesBySeveralZones(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel tunnel =
        tunnel(
            "n",
            "nina",
            "nina.tb.example",
            "2001:db8:100::e",
            "2001:db8:4321:8000::/50",
            address("192.0.2.5"));
    try (DynamicUpdateRegistrar registrar = registrar(dns, "lameCheck", false)) {
      registrar.provide(tunnel);

      for (String nibble : List.of("8", "9", "a", "b")) {
        assertThat(dns.digAll("1." + nibble + ".1.2.3.4." + REVERSE, "PTR"))
            .contains(nibble + ".1.2.3.4." + REVERSE + ". 300 IN NS ns1.nina.tb.example.");
      }
      for (String nibble : List.of("7", "c")) {
        assertThat(dns.digAll("1." + nibble + ".1.2.3.4." + REVERSE, "PTR"))
            .noneMatch(line -> line.contains(" NS "));
      }
      assertThat(registrar.verify(tunnel)).isEmpty();
      registrar.withdraw(tunnel);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void gluesNameServerInsideTheDelegatedZone(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    String cut = "7.7.7.7." + REVERSE;
    ServedTunnel tunnel =
        tunnel(
            "g",
            "glenn",
            "",
            "2001:db8:100::7",
            "2001:db8:7777::/48",
            named("ns." + cut),
            address("2001:db8:7777::53"));
    try (DynamicUpdateRegistrar registrar = registrar(dns, "lameCheck", false)) {
      registrar.provide(tunnel);

      assertThat(dns.digAll("1." + cut, "PTR"))
          .contains(
              cut + ". 300 IN NS ns." + cut + ".", "ns." + cut + ". 300 IN AAAA 2001:db8:7777::53");
      assertThat(registrar.verify(tunnel)).isEmpty();

      registrar.withdraw(tunnel);
      assertThat(dns.digAll("ns." + cut, "AAAA"))
          .isNotEmpty()
          .allMatch(line -> line.contains(" SOA "));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void answersForPrefixWithoutNameServerByWildcard(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel tunnel =
        tunnel("w", "willy", "willy.tb.example", "2001:db8:100::8", "2001:db8:8880::/44");
    try (DynamicUpdateRegistrar registrar = registrar(dns, "reverse", "wildcard")) {
      registrar.provide(tunnel);

      assertThat(dns.dig(back("2001:db8:888f:1::42"), "PTR")).containsExactly("willy.tb.example.");
      assertThat(dns.dig(back("2001:db8:8890::1"), "PTR")).isEmpty();
      assertThat(registrar.verify(tunnel)).isEmpty();
    }
    // Another configuration withdraws all that an earlier one may have entered.
    try (DynamicUpdateRegistrar registrar = registrar(dns)) {
      registrar.withdraw(tunnel);
      assertThat(dns.dig(back("2001:db8:888f:1::42"), "PTR")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void entersHostsThereAndBack(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel tunnel =
        tunnel("h", "hanna", "hanna.tb.example", "2001:db8:100::9", "2001:db8:9990::/60");
    try (DynamicUpdateRegistrar registrar =
        registrar(dns, "reverse", "hosts", "hostNumbers", new String[] {"1", "ff"})) {
      registrar.provide(tunnel);

      assertThat(dns.dig(back("2001:db8:9990::1"), "PTR"))
          .containsExactly("host-1.hanna.tb.example.");
      assertThat(dns.dig("host-ff.hanna.tb.example", "AAAA")).containsExactly("2001:db8:9990::ff");
      assertThat(registrar.verify(tunnel)).isEmpty();

      registrar.withdraw(tunnel);
      assertThat(dns.dig(back("2001:db8:9990::1"), "PTR")).isEmpty();
      assertThat(dns.dig("host-ff.hanna.tb.example", "AAAA")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void leavesAloneWhatIsSomebodyElses(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel tunnel = tunnel("o", "owned", "owned.tb.example", "2001:db8:666::2", "");
    try (DynamicUpdateRegistrar registrar = registrar(dns)) {
      assertThatThrownBy(() -> registrar.provide(tunnel))
          .isInstanceOfSatisfying(ServiceException.class, e -> assertThat(e.isLasting()).isTrue())
          .hasMessageContaining("owned.tb.example exists in tb.example")
          .hasMessageContaining(back("2001:db8:666::2") + " exists in " + REVERSE);
      registrar.withdraw(tunnel);
    }
    assertThat(dns.dig("owned.tb.example", "A")).containsExactly("192.0.2.99");
    assertThat(dns.dig("owned.tb.example", "AAAA")).isEmpty();
    assertThat(dns.dig(back("2001:db8:666::2"), "PTR")).containsExactly("somebody.example.");
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void leavesAloneWhatSomebodyElseHasBelowTheUsersName(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel lab = tunnel("31", "lab", "lab.tb.example", "2001:db8:100::31", "");
    ServedTunnel dept =
        tunnel(
            "32",
            "dept",
            "dept.tb.example",
            "2001:db8:100::32",
            "2001:db8:3200::/48",
            named("host.dept.tb.example"),
            address("192.0.2.5"));
    try (DynamicUpdateRegistrar registrar = registrar(dns)) {
      for (ServedTunnel tunnel : List.of(lab, dept)) {
        // At first the name server is lame, so that its name is not entered.
        Throwable first = catchThrowable(() -> registrar.provide(tunnel));
        Throwable second = catchThrowable(() -> registrar.provide(tunnel));
        Throwable third = catchThrowable(() -> registrar.withdraw(tunnel));

        assertThat(first).hasMessageContaining("is not this service's");
        assertThat(second).hasMessageContaining("is not this service's");
        assertThat(third).isNull();
      }

      assertThat(dns.dig("ns1.lab.tb.example", "A")).containsExactly("192.0.2.98");
      assertThat(dns.dig("host.dept.tb.example", "A")).containsExactly("192.0.2.97");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void leavesAloneNameOfOtherUser(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel first = tunnel("f", "first", "same.tb.example", "2001:db8:100::f", "");
    ServedTunnel second = tunnel("s", "second", "same.tb.example", "2001:db8:100::10", "");
    try (DynamicUpdateRegistrar registrar = registrar(dns)) {
      registrar.provide(first);

      assertThatThrownBy(() -> registrar.provide(second))
          .hasMessageContaining("same.tb.example exists in tb.example")
          .isInstanceOfSatisfying(ServiceException.class, e -> assertThat(e.isLasting()).isTrue());
      registrar.withdraw(second);
      assertThat(dns.dig("same.tb.example", "AAAA")).containsExactly("2001:db8:100::f");
      registrar.withdraw(first);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void takesOverAddressAndPrefixOfForgottenTunnel(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel before =
        tunnel(
            "b1",
            "bea",
            "bea.tb.example",
            "2001:db8:100::b",
            "2001:db8:bbb0::/48",
            address("192.0.2.5"));
    ServedTunnel after =
        tunnel(
            "b2",
            "ben",
            "ben.tb.example",
            "2001:db8:100::b",
            "2001:db8:bbb0::/48",
            address("192.0.2.6"));
    try (DynamicUpdateRegistrar registrar = registrar(dns, "lameCheck", false)) {
      registrar.provide(before);
      registrar.provide(after);
      registrar.withdraw(before);

      assertThat(dns.dig(back("2001:db8:100::b"), "PTR")).containsExactly("ben.tb.example.");
      assertThat(dns.digAll("1.0.b.b.b." + REVERSE, "PTR"))
          .contains("0.b.b.b." + REVERSE + ". 300 IN NS ns1.ben.tb.example.")
          .noneMatch(line -> line.contains("bea"));
      assertThat(registrar.verify(after)).isEmpty();
      assertThat(dns.dig("bea.tb.example", "AAAA")).isEmpty();
      registrar.withdraw(after);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void renumbers(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel old =
        tunnel(
            "r",
            "rosa",
            "rosa.tb.example",
            "2001:db8:100::11",
            "2001:db8:cc00::/48",
            address("192.0.2.5"));
    ServedTunnel now =
        tunnel(
            "r",
            "rosa",
            "rosa.tb.example",
            "2001:db8:100::12",
            "2001:db8:cc01::/49",
            address("192.0.2.5"));
    try (DynamicUpdateRegistrar registrar = registrar(dns, "lameCheck", false)) {
      registrar.provide(old);
      registrar.withdraw(old);
      registrar.provide(now);

      assertThat(dns.dig("rosa.tb.example", "AAAA")).containsExactly("2001:db8:100::12");
      assertThat(dns.dig(back("2001:db8:100::11"), "PTR")).isEmpty();
      assertThat(dns.digAll("1.0.0.c.c." + REVERSE, "PTR"))
          .noneMatch(line -> line.contains(" NS "));
      assertThat(registrar.verify(now)).isEmpty();
      registrar.withdraw(now);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void entersNameBesideWishBelowIt(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel wished = tunnel("6", "wanda", "home.wanda.tb.example", "2001:db8:100::15", "");
    ServedTunnel plain = tunnel("4", "wanda", "wanda.tb.example", "127.9.0.15", "");
    try (DynamicUpdateRegistrar registrar = registrar(dns, "wishes", "label")) {
      registrar.provide(wished);
      registrar.provide(plain);
      assertThat(dns.dig("home.wanda.tb.example", "AAAA")).containsExactly("2001:db8:100::15");
      assertThat(dns.dig("wanda.tb.example", "A")).containsExactly("127.9.0.15");

      registrar.withdraw(plain);
      assertThat(registrar.verify(wished)).isEmpty();
      registrar.withdraw(wished);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void tellsWhatWasAgreedOnElsewhereAndCannotBeKeptHere(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    try (DynamicUpdateRegistrar registrar = registrar(dns, "lameCheck", false)) {
      for (String name : List.of("alice.example.net", "tb.example", "_x.tb.example", "*")) {
        ServedTunnel tunnel =
            tunnel("e", "eve", name, "2001:db8:100::16", "2001:db9::/48", address("192.0.2.5"));
        assertThatThrownBy(() -> registrar.provide(tunnel))
            .hasMessageContaining(name + " is in no zone of dns-update@")
            .hasMessageContaining("the prefix 2001:db9::/48 is in no reverse zone of dns-update@")
            .isInstanceOfSatisfying(
                ServiceException.class, e -> assertThat(e.isLasting()).isTrue());
        assertThat(registrar.records(tunnel)).isEmpty();
        registrar.withdraw(tunnel);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void tellsWhatSomebodyHasChanged(Kind kind) throws Exception {
    NameDaemon dns = daemon(kind);
    ServedTunnel entered = tunnel("v", "vera", "vera.tb.example", "2001:db8:100::13", "");
    ServedTunnel asked = tunnel("v", "vera", "vera.tb.example", "2001:db8:100::14", "");
    try (DynamicUpdateRegistrar registrar = registrar(dns)) {
      registrar.provide(entered);

      assertThat(registrar.verify(asked))
          .contains(
              "missing: vera.tb.example. 300 IN AAAA 2001:db8:100::14",
              "not entered by this service: vera.tb.example. 300 IN AAAA 2001:db8:100::13");

      registrar.provide(asked);
      assertThat(registrar.verify(asked)).isEmpty();
      registrar.withdraw(asked);
    }
  }

  private static String back(String address) {
    return HostNames.text(ReverseNames.of(IpAddresses.parse(address)));
  }
}

package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.dns.update.Tunnels.address;
import static org.culvert.dns.update.Tunnels.tunnel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.dns.update.NameDaemon.Kind;
import org.culvert.dns.update.NameServers.NameServer;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Delegates reverse zones to a client's own name server, and walks there as a resolver would. */
class DelegationTest {
  private static final String REVERSE = "8.b.d.0.1.0.0.2.ip6.arpa";
  private static final HostLookup NOBODY = (host, limit) -> List.of();

  private static DynamicUpdateRegistrar registrar(
      NameDaemon parent, int nameServerPort, Object... written) {
    Object[] all = Arrays.copyOf(written, written.length + 2);
    all[written.length] = "port";
    all[written.length + 1] = parent.port();
    DnsSettings settings = SettingsReader.from(Configurations.of(all));
    return new DynamicUpdateRegistrar(
        settings,
        new SignedExchange(
            settings.server(), settings.key(), true, settings.timeout(), Clock.systemUTC()),
        new LameCheck(Duration.ofSeconds(2), nameServerPort, NOBODY),
        NOBODY);
  }

  private static NameDaemon parent(Kind kind) {
    return NameDaemon.start(
        kind, "127.0.0.1", "tb.example", "", REVERSE, "", "127.in-addr.arpa", "");
  }

  @ParameterizedTest
  @CsvSource({"BIND,NSD,127.0.0.5", "KNOT,NSD,127.0.0.5", "BIND,BIND,127.0.0.1"})
  void resolverFindsHostsOfClientByTheWayFromTheParent(Kind above, Kind below, String childAddress)
      throws Exception {
    // The prefix is a /51: two of the parent's nibbles, of which each is a zone of the client's.
    String first = "2.1.2.3.4." + REVERSE;
    String second = "3.1.2.3.4." + REVERSE;
    String host = back("2001:db8:4321:3001::42");
    try (NameDaemon parent = parent(above);
        NameDaemon child =
            NameDaemon.start(
                below, childAddress, first, "", second, host + ". PTR printer.alice.example.");
        DynamicUpdateRegistrar registrar = registrar(parent, 53, "lameCheck", false)) {
      registrar.provide(
          tunnel(
              "1",
              "alice",
              "alice.tb.example",
              "2001:db8:100::2",
              "2001:db8:4321:2000::/51",
              address(childAddress)));

      Message referral = ask(parent.socketAddress(), HostNames.parse(host), Type.PTR);
      assertThat(referral.getHeader().getFlag(Flags.AA)).isFalse();
      NSRecord delegation =
          (NSRecord)
              referral.getSection(Section.AUTHORITY).stream()
                  .filter(record -> record.getType() == Type.NS)
                  .findFirst()
                  .orElseThrow();
      assertThat(delegation.getName()).isEqualTo(HostNames.parse(second));
      Message found = ask(parent.socketAddress(), delegation.getTarget(), Type.A);
      InetAddress server = ((ARecord) found.getSection(Section.ANSWER).get(0)).getAddress();
      Message answer =
          ask(new InetSocketAddress(server, child.port()), HostNames.parse(host), Type.PTR);

      assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
      assertThat(((PTRRecord) answer.getSection(Section.ANSWER).get(0)).getTarget())
          .hasToString("printer.alice.example.");
    }
  }

  @Test
  void resolverFindsNameServerInsideTheZoneByGlue() throws Exception {
    String cut = "4.3.2.1." + REVERSE;
    try (NameDaemon parent = parent(Kind.KNOT);
        DynamicUpdateRegistrar registrar = registrar(parent, 53, "lameCheck", false)) {
      registrar.provide(
          tunnel(
              "1",
              "alice",
              "",
              "2001:db8:100::2",
              "2001:db8:1234::/48",
              address("2001:db8:1234::53")));

      Message referral = ask(parent.socketAddress(), HostNames.parse("1." + cut), Type.PTR);
      assertThat(referral.getSection(Section.ADDITIONAL).stream())
          .filteredOn(record -> record.getType() == Type.AAAA)
          .singleElement()
          .satisfies(
              glue -> {
                assertThat(glue.getName()).isEqualTo(HostNames.parse("ns1." + cut));
                assertThat(((AAAARecord) glue).getAddress())
                    .isEqualTo(IpAddresses.parse("2001:db8:1234::53"));
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"BIND", "KNOT"})
  @Threat("T16")
  void delegatesOnlyToServersThatServe(Kind kind) throws Exception {
    String zone = "2.1.127.in-addr.arpa";
    ServedTunnel tunnel =
        tunnel(
            "1",
            "lena",
            "lena.tb.example",
            "127.0.9.2",
            "127.1.2.0/24",
            address("127.1.2.53"),
            address("127.1.2.54"));
    try (NameDaemon parent = parent(kind);
        NameDaemon child = NameDaemon.start(Kind.NSD, "127.1.2.53", zone, "9 PTR a.lena.example.");
        DynamicUpdateRegistrar registrar = registrar(parent, child.port())) {
      assertThatThrownBy(() -> registrar.provide(tunnel))
          .hasMessage("name server v4ns2.lena.tb.example does not answer for zone " + zone)
          .isInstanceOfSatisfying(ServiceException.class, e -> assertThat(e.isLasting()).isFalse());

      assertThat(parent.dig("lena.tb.example", "A")).containsExactly("127.0.9.2");
      assertThat(parent.dig("2.9.0.127.in-addr.arpa", "PTR")).containsExactly("lena.tb.example.");
      assertThat(parent.digAll("9." + zone, "PTR"))
          .contains(zone + ". 300 IN NS v4ns1.lena.tb.example.")
          .noneMatch(line -> line.contains("v4ns2"));
      assertThat(registrar.verify(tunnel))
          .contains("missing: " + zone + ". 300 IN NS v4ns2.lena.tb.example.");

      registrar.withdraw(tunnel);
      assertThat(parent.digAll("9." + zone, "PTR")).noneMatch(line -> line.contains(" NS "));
    }
  }

  @Test
  void serverThatDoesNotKnowTheZoneIsLame() {
    Name known = HostNames.parse("4.3.2.1." + REVERSE);
    Name unknown = HostNames.parse("5.3.2.1." + REVERSE);
    InetAddress here = IpAddresses.parse("127.0.0.1");
    NameServer server = new NameServer(HostNames.parse("ns.example.net"), List.of(here), false);
    try (NameDaemon child = NameDaemon.start(Kind.NSD, "127.0.0.1", HostNames.text(known), "")) {
      LameCheck check = new LameCheck(Duration.ofSeconds(2), child.port(), NOBODY);

      assertThat(check.check(List.of(server), List.of(known), any -> true).serving())
          .containsExactly(server);
      assertThat(check.check(List.of(server), List.of(known, unknown), any -> true).lame())
          .containsExactly(
              "name server ns.example.net does not answer for zone " + HostNames.text(unknown));
    }
  }

  @Test
  void addressesThatMayNotBeAskedAreNotAsked() throws Exception {
    InetAddress here = IpAddresses.parse("127.0.0.1");
    NameServer server = new NameServer(HostNames.parse("ns.example.net"), List.of(), false);
    try (LyingServer listener = new LyingServer(request -> List.of())) {
      LameCheck check =
          new LameCheck(Duration.ofMillis(200), listener.port(), (host, limit) -> List.of(here));

      assertThat(check.check(List.of(server), List.of(server.name()), any -> false).lame())
          .containsExactly("name server ns.example.net has no address that may be asked");
      assertThat(listener.asked()).isZero();
      assertThat(check.check(List.of(server), List.of(server.name()), any -> true).lame())
          .hasSize(1);
      // The check may give up before the listener's thread has had its turn.
      Eventually.holds("the listener is asked", () -> listener.asked() > 0);
    }
  }

  private static Message ask(InetSocketAddress server, Name name, int type) throws IOException {
    Message question = Message.newQuery(Record.newRecord(name, type, DClass.IN));
    question.getHeader().unsetFlag(Flags.RD);
    return new Message(
        Carrier.datagram(server, question.toWire(), Duration.ofSeconds(4), Optional::of)
            .orElseThrow());
  }

  private static String back(String address) {
    return HostNames.text(ReverseNames.of(IpAddresses.parse(address))).toLowerCase(Locale.ROOT);
  }
}

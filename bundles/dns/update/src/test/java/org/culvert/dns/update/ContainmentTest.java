package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsRegistrar.NameGrant;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.NameRequest;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/**
 * Whatever users are called and clients send, every record lies at the user's own name, at the
 * tunnel's address, or in the prefix's own reverse zones.
 */
class ContainmentTest {
  private static final Name ZONE = HostNames.parse("tb.example");
  private static final List<String> TEMPLATES =
      List.of("{user}.{zone}", "{user}-{hash}.{zone}", "{hash}.{zone}", "{user}.customers.{zone}");

  @Provide
  Arbitrary<String> users() {
    return Arbitraries.oneOf(
        Arbitraries.strings().all().ofMinLength(1).ofMaxLength(64),
        Arbitraries.strings().ascii().ofMinLength(1).ofMaxLength(64),
        Arbitraries.strings().withChars("ab.-_A@*\\\"\0 \n").ofMinLength(1).ofMaxLength(6),
        Arbitraries.strings().withChars("ab-234").ofMinLength(9).ofMaxLength(16),
        Arbitraries.of("*", "@", ".", "..", "www", "ns1", "_culvert", "a.tb.example.", "xn--a"));
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.oneOf(
        users(),
        Arbitraries.of(
            "alice",
            "*",
            "home",
            "ns1",
            "host-1",
            "a.b",
            "tb.example",
            "ns.tb.example",
            "ns.alice.tb.example",
            "ns1.alice.example",
            "bob.tb.example.",
            "localhost",
            "x.8.b.d.0.1.0.0.2.ip6.arpa",
            "ns.0.0.0.1.8.b.d.0.1.0.0.2.ip6.arpa"),
        users().map(label -> label + ".alice.tb.example"),
        users().map(label -> label + ".tb.example"));
  }

  @Provide
  Arbitrary<DnsServer> servers() {
    return Arbitraries.oneOf(
        names().map(DnsServer.Name::new),
        Arbitraries.bytes().array(byte[].class).ofSize(4).map(this::server),
        Arbitraries.bytes().array(byte[].class).ofSize(16).map(this::server),
        Arbitraries.of("192.0.2.5", "2001:db8::5", "127.0.0.1")
            .map(text -> new DnsServer.Address(IpAddresses.parse(text))));
  }

  private DnsServer server(byte[] octets) {
    return new DnsServer.Address(IpAddresses.of(octets));
  }

  @Provide
  Arbitrary<NameRequest> requests() {
    Arbitrary<IpPrefix> prefixes =
        Combinators.combine(
                Arbitraries.bytes().array(byte[].class).ofSize(4),
                Arbitraries.integers().between(33, 64))
            .as(
                (octets, length) -> {
                  byte[] address = IpAddresses.parse("2001:db8::").getAddress();
                  System.arraycopy(octets, 0, address, 4, 4);
                  return IpPrefix.containing(IpAddresses.of(address), length);
                });
    return Combinators.combine(
            users(),
            Arbitraries.of(true, false),
            Arbitraries.of("2001:db8:100::2", "127.0.9.9"),
            prefixes.optional(),
            names().optional(0.3),
            servers().list().ofMaxSize(5))
        .as(
            (user, anonymous, address, prefix, wish, servers) ->
                new NameRequest(
                    user, anonymous, IpAddresses.parse(address), prefix, wish, servers));
  }

  @Property(tries = 3000)
  void recordsLieAtOwnNameAddressAndPrefix(
      @ForAll("requests") NameRequest request,
      @ForAll("templates") String template,
      @ForAll("reverses") String reverse) {
    DnsSettings settings =
        SettingsReader.from(
            Configurations.of(
                "names",
                template,
                "anonymousNames",
                "anon-{hash}.{zone}",
                "wishes",
                "label",
                "delegation",
                "allow",
                "reverse",
                reverse,
                "hostNumbers",
                new String[] {"0", "1", "ffff"}));
    NameGrant grant;
    try {
      Optional<Name> name =
          settings.names().name(request.owner(), request.anonymous(), request.wish());
      settings.nameServers().check(request, name);
      grant = new NameGrant(name.map(HostNames::text), request.dnsServers());
    } catch (TspException e) {
      assertThat(e.code()).isIn(StatusCode.DNS_DELEGATION_ERROR, StatusCode.INVALID_IPV6_ADDRESS);
      return;
    }
    Name own =
        settings.names().name(request.owner(), request.anonymous(), Optional.empty()).orElseThrow();
    assertThat(HostNames.within(own, ZONE)).isTrue();
    assertThat(HostNames.within(HostNames.parse(grant.name().orElseThrow()), own)).isTrue();

    ServedTunnel tunnel = tunnel(request, grant);
    TunnelRecords records = settings.records();
    for (Place place : records.places(tunnel, records.nameServers(tunnel))) {
      for (Record record : place.records()) {
        assertThat(isOwn(record.getName(), own, request)).as("%s", record).isTrue();
        assertThat(HostNames.within(record.getName(), place.zone())).isTrue();
        assertThat((int) record.getName().length()).isLessThanOrEqualTo(255);
      }
      for (Place.Key set : place.managed()) {
        assertThat(isOwn(set.name(), own, request)).as("%s", set).isTrue();
      }
      boolean beside =
          request.prefix().map(ReverseNames::mark).filter(place.mark()::equals).isPresent();
      assertThat(beside || isOwn(place.mark(), own, request)).isTrue();
    }
  }

  private static boolean isOwn(Name name, Name own, NameRequest request) {
    return HostNames.within(name, own)
        || name.equals(ReverseNames.of(request.clientAddress()))
        || request
            .prefix()
            .filter(prefix -> NameServers.isInside(name, ReverseNames.cuts(prefix)))
            .isPresent();
  }

  private static ServedTunnel tunnel(NameRequest request, NameGrant grant) {
    InetAddress client = request.clientAddress();
    return new ServedTunnel(
        "id",
        TunnelParameters.Side.SERVER,
        request.owner(),
        request.anonymous(),
        TunnelType.V6V4,
        client,
        client,
        request.prefix(),
        Optional.empty(),
        new Arrangements(grant.name(), grant.dnsServers(), Optional.empty()));
  }

  @Provide
  Arbitrary<String> templates() {
    return Arbitraries.of(TEMPLATES);
  }

  @Provide
  Arbitrary<String> reverses() {
    return Arbitraries.of("none", "wildcard", "hosts");
  }

  @Property(tries = 3000)
  void usersAreLabelsAndNoTwoAreTheSame(@ForAll("userSets") Set<String> users) {
    UserLabels labels = new UserLabels(new KeyedHash(new byte[] {1}), List.of("boss"));
    List<String> made = new ArrayList<>();
    for (String user : users) {
      String label = labels.label(user);
      assertThat(HostNames.isLabel(label)).as("%s", label).isTrue();
      assertThat(label.length()).isLessThanOrEqualTo(UserLabels.LONGEST);
      assertThat(label).doesNotStartWith("xn--");
      assertThat(labels.isReserved(label)).isFalse();
      assertThat(labels.label(user)).isEqualTo(label);
      made.add(label);
    }
    assertThat(new HashSet<>(made)).hasSameSizeAs(users);
  }

  @Provide
  Arbitrary<Set<String>> userSets() {
    return users().set().ofMinSize(2).ofMaxSize(12);
  }

  @Property(tries = 2000)
  void cutsCoverThePrefixAndNothingElse(
      @ForAll("prefixes") IpPrefix prefix, @ForAll("octets") byte[] octets) {
    List<Name> cuts = ReverseNames.cuts(prefix);
    InetAddress anywhere = IpAddresses.of(octets);
    assertThat(NameServers.isInside(ReverseNames.of(anywhere), cuts))
        .isEqualTo(prefix.contains(anywhere));
    byte[] inside = prefix.network().getAddress();
    for (int bit = prefix.length(); bit < 128; bit++) {
      inside[bit / 8] |= (byte) (octets[bit / 8] & (0x80 >> (bit % 8)));
    }
    assertThat(NameServers.isInside(ReverseNames.of(IpAddresses.of(inside)), cuts)).isTrue();
    byte[] outside = inside.clone();
    int last = prefix.length() - 1;
    outside[last / 8] ^= (byte) (0x80 >> (last % 8));
    assertThat(NameServers.isInside(ReverseNames.of(IpAddresses.of(outside)), cuts)).isFalse();
    assertThat(cuts).hasSize(1 << ((4 - prefix.length() % 4) % 4));
    assertThat(NameServers.isInside(ReverseNames.mark(prefix), cuts)).isFalse();
  }

  @Provide
  Arbitrary<IpPrefix> prefixes() {
    return Combinators.combine(octets(), Arbitraries.integers().between(1, 124))
        .as((octets, length) -> IpPrefix.containing(IpAddresses.of(octets), length));
  }

  @Provide
  Arbitrary<byte[]> octets() {
    // An IPv4-mapped address would become an IPv4 address.
    return Arbitraries.bytes()
        .array(byte[].class)
        .ofSize(16)
        .map(
            octets -> {
              octets[0] |= 0x20;
              return octets;
            });
  }
}

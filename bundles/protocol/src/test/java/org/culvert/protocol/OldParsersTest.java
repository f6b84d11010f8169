package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.DnsServer;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.broker.ScriptedBroker;

/**
 * The parsers of old clients crash, loop or lose the rest on much that is good XML. Whatever a
 * broker offers or refuses, a reply stays within what they can read.
 */
class OldParsersTest {
  private static final String CREATE =
      "<tunnel action=\"create\" type=\"v6v4\"><client><address type=\"ipv4\">198.51.100.2"
          + "</address></client></tunnel>\r\n";
  private static final Pattern HEADER = Pattern.compile("Content-length: (\\d+)\r\n");
  private static final Pattern LINE =
      Pattern.compile(
          " *(<[a-z_]+( [a-z]+=\"[^\"<>&']+\")*>([^<>&'\"\\s]+</[a-z_]+>)?|</[a-z_]+>)");
  private static final Pattern IPV6 =
      Pattern.compile("<address type=\"ipv6\">([0-9a-f:]+)</address>");
  private static final Pattern FULL = Pattern.compile("[0-9a-f]{4}(:[0-9a-f]{4}){7}");

  @Property(tries = 300)
  void anyOfferIsWrittenForThem(@ForAll("offers") TunnelOffer offer) {
    String reply = reply(new ScriptedBroker().offers(offer));

    String body = body(reply);
    assertThat(body).startsWith("200 Success\r\n");
    String document = body.substring("200 Success\r\n".length());
    staysWithinTheirXml(document);
    Matcher addresses = IPV6.matcher(document);
    while (addresses.find()) {
      assertThat(addresses.group(1)).matches(FULL);
    }
    for (String end : List.of("server", "client")) {
      String part = between(document, "<" + end + ">", "</" + end + ">");
      assertThat(part).as("both addresses of the %s", end).contains("type=\"ipv4\"");
      assertThat(part).contains("<address type=\"ipv6\">");
    }
    assertThat(document.contains("<keepalive ")).isEqualTo(offer.keepAlive().isPresent());
    if (offer.keepAlive().isPresent()) {
      String keepAlive = between(document, "<keepalive ", "</keepalive>");
      assertThat(keepAlive).startsWith("interval=\"").contains("<address type=\"ipv");
      assertThat(keepAlive).doesNotStartWith("interval=\"0\"");
    }
    offer
        .router()
        .ifPresent(
            router -> {
              String prefix = between(document, "<prefix length=\"", "</prefix>");
              assertThat(prefix).startsWith(router.prefix().length() + "\">");
              assertThat(prefix.split(">", -1)[1]).matches(FULL);
            });
  }

  @Property(tries = 200)
  void anyRefusalIsWrittenForThem(
      @ForAll StatusCode code, @ForAll("brokers") List<String> brokers) {
    TspException refusal =
        brokers.isEmpty()
            ? new TspException(code, "why")
            : new TspException(code, "why", new Referral(brokers));

    String body = body(reply(new ScriptedBroker().refuses(refusal)));
    String advised = body(reply(new ScriptedBroker().refuses(refusal.advising("ask for a /64"))));

    int line = body.indexOf("\r\n") + 2;
    assertThat(body.substring(0, line)).matches("1?\\d{3} [A-Za-z0-9 ]+\r\n");
    assertThat(advised)
        .isEqualTo(body.substring(0, line - 2) + "; ask for a /64" + body.substring(line - 2));
    if (brokers.isEmpty()) {
      assertThat(body).hasSize(line);
    } else {
      assertThat(body).startsWith("1");
      staysWithinTheirXml(body.substring(line));
    }
  }

  private static String reply(ScriptedBroker broker) {
    Server server = Server.inCommandPhase(Transport.UDP);
    server.asked = broker;
    server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE ANONYMOUS\r\n").hearsFrame(CREATE);
    return server.replies.get(server.replies.size() - 1);
  }

  /** Returns what the frame holds, whose length must be right to the octet. */
  private static String body(String reply) {
    Matcher header = HEADER.matcher(reply);
    assertThat(header.lookingAt()).as("a header in their spelling").isTrue();
    String body = reply.substring(header.end());
    assertThat(body.getBytes(StandardCharsets.ISO_8859_1))
        .hasSize(Integer.parseInt(header.group(1)));
    assertThat(body).endsWith("\r\n");
    return body;
  }

  /** One element a line, without white space around text and without empty-element tags. */
  private static void staysWithinTheirXml(String document) {
    List<String> open = new ArrayList<>();
    for (String line : document.substring(0, document.length() - 2).split("\r\n", -1)) {
      assertThat(line).matches(LINE);
      String bare = line.strip();
      if (bare.startsWith("</")) {
        String last = open.remove(open.size() - 1);
        assertThat(bare).isEqualTo("</" + last + ">");
      } else if (!bare.contains("</")) {
        open.add(bare.substring(1).split("[ >]", -1)[0]);
      }
    }
    assertThat(open).as("every element is closed").isEmpty();
  }

  private static String between(String text, String start, String end) {
    int from = text.indexOf(start) + start.length();
    return text.substring(from, text.indexOf(end, from));
  }

  @Provide
  Arbitrary<TunnelOffer> offers() {
    return Arbitraries.of(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6)
        .flatMap(OldParsersTest::offers);
  }

  private static Arbitrary<TunnelOffer> offers(TunnelType type) {
    boolean inside4 = type.equals(TunnelType.V4V6);
    Arbitrary<TunnelOffer.Party> parties =
        inside4
            ? Combinators.combine(ipv6(), ipv4(), name().optional(), length())
                .as(TunnelOffer.Party::new)
            : Combinators.combine(ipv4(), ipv6(), name().optional()).as(TunnelOffer.Party::new);
    Arbitrary<KeepAlive> keepAlives =
        Combinators.combine(
                Arbitraries.integers().between(1, 3600), Arbitraries.oneOf(ipv4(), ipv6()))
            .as((seconds, address) -> new KeepAlive(Duration.ofSeconds(seconds), address));
    Arbitrary<DnsServer> servers =
        Arbitraries.oneOf(
            name().map(DnsServer.Name::new),
            Arbitraries.oneOf(ipv4(), ipv6()).map(DnsServer.Address::new));
    Arbitrary<RouterGrant> routers =
        Combinators.combine(
                ipv6(), Arbitraries.integers().between(16, 64), servers.list().ofMaxSize(3))
            .as((address, length, dns) -> new RouterGrant(prefix(address, length), dns));
    Arbitrary<Optional<Duration>> lifetimes =
        Arbitraries.integers().between(1, 100_000).map(Duration::ofMinutes).optional();
    return Combinators.combine(
            lifetimes,
            parties,
            parties,
            keepAlives.optional(),
            routers.optional(),
            ipv6().list().ofMaxSize(2),
            Arbitraries.integers().between(1280, 1480).optional())
        .as(
            (lifetime, server, client, keepAlive, router, resolvers, mtu) ->
                new TunnelOffer(
                    "lease-1",
                    type,
                    lifetime,
                    server,
                    client,
                    keepAlive,
                    router,
                    resolvers,
                    mtu.map(OptionalInt::of).orElse(OptionalInt.empty())));
  }

  @Provide
  Arbitrary<List<String>> brokers() {
    return Arbitraries.oneOf(name(), ipv4().map(IpAddresses::text), ipv6().map(IpAddresses::text))
        .list()
        .ofMaxSize(4);
  }

  private static Arbitrary<InetAddress> ipv4() {
    return Arbitraries.bytes().array(byte[].class).ofSize(4).map(IpAddresses::of);
  }

  private static Arbitrary<InetAddress> ipv6() {
    return Arbitraries.bytes()
        .array(byte[].class)
        .ofSize(16)
        .map(
            octets -> {
              octets[0] = 0x20;
              return IpAddresses.of(octets);
            });
  }

  private static Arbitrary<String> name() {
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .ofMinLength(1)
        .ofMaxLength(20)
        .map(label -> label + ".tb.example");
  }

  private static Arbitrary<OptionalInt> length() {
    return Arbitraries.integers()
        .between(1, 32)
        .optional()
        .map(length -> length.map(OptionalInt::of).orElse(OptionalInt.empty()));
  }

  private static IpPrefix prefix(InetAddress address, int length) {
    byte[] octets = address.getAddress();
    for (int bit = length; bit < 128; bit++) {
      octets[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
    }
    return new IpPrefix(IpAddresses.of(octets), length);
  }
}

package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.DnsServer;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.xml.ReplyReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's half of sessions captured in the field, played to a broker session. */
class TranscriptsTest {
  private static final TunnelOffer.Party SERVER =
      Samples.party("198.51.100.1", "2001:db8:100::1", Optional.empty());
  private static final TunnelOffer.Party CLIENT =
      Samples.party("198.51.100.2", "2001:db8:100::2", Optional.empty());

  /** What the broker of each capture offered. */
  private static final Map<String, TunnelOffer> OFFERS =
      Map.of(
          "p-plain-tcp", v6v4(30),
          "p-md5-tcp", v6v4(30),
          "v-101", v6v4(30),
          "z-accrep", v6v4(5),
          "j-anon",
              Samples.offer(
                  TunnelType.V6UDPV4,
                  SERVER,
                  Samples.party("127.0.0.1", "2001:db8:100::2", Optional.empty()),
                  Samples.keepAlive("2001:db8:100::1", 30),
                  Optional.empty()),
          "p-router48",
              Samples.offer(
                  TunnelType.V6UDPV4,
                  Samples.party("192.0.2.1", "2001:db8:100::1", Optional.empty()),
                  Samples.party("10.9.0.2", "2001:db8:100::2", Optional.empty()),
                  Samples.keepAlive("2001:db8:100::1", 30),
                  Optional.of(new RouterGrant(IpPrefix.parse("2001:db8:1234::/48"), List.of()))),
          "ex-E2", Samples.E2,
          "ex-E5", Samples.E5);

  @ParameterizedTest
  @ValueSource(
      strings = {"p-plain-tcp", "v-101", "z-accrep", "j-anon", "p-router48", "ex-E2", "ex-E5"})
  void getsTheRepliesThatTheClientWasContentWith(String name) throws IOException {
    Transcript transcript = Transcript.load(name);

    Server server = play(transcript, OFFERS.get(name));

    // The capture's broker says something else after accept.
    List<String> expected = new ArrayList<>(data(transcript, transcript.of(false)));
    if (transcript.transport() == Transport.UDP) {
      expected.set(expected.size() - 1, "Content-length: 13\r\n200 Success\r\n");
    } else if (name.equals("z-accrep")) {
      expected.remove(expected.size() - 1);
    }
    assertThat(server.replies).isEqualTo(expected);
    assertThat(server.broker.calls()).last().asString().startsWith("accept").endsWith("lease-1");
    assertThat(server.refusals).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "udp-anon",
        "udp-plain",
        "udp-md5",
        "gw6c-nat",
        "nab-tcp-plain",
        "nab-tcp-digest-md5",
        "p-md5-tcp",
        "v4v6-tcp"
      })
  void leadsEveryClientToItsTunnel(String name) throws IOException {
    Transcript transcript = Transcript.load(name);

    Server server = play(transcript, OFFERS.getOrDefault(name, Samples.E3));

    assertThat(server.broker.calls()).hasSize(2).last().asString().startsWith("accept");
    assertThat(server.verdicts()).contains("200").doesNotContain("300", "500", "514", "521");
    assertThat(server.refusals).isEmpty();
    assertThat(server.session.phase())
        .isEqualTo(transcript.transport() == Transport.UDP ? Phase.CLOSED : Phase.COMMAND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"p-plain-tcp", "nab-tcp-digest-md5", "z-accrep", "v-101", "ex-E2"})
  void doesNotMindHowAStreamIsCut(String name) throws IOException {
    Transcript transcript = Transcript.load(name);
    Server whole = play(transcript, Samples.E1);
    StringBuilder together = new StringBuilder();
    transcript.of(true).forEach(message -> together.append(message.text()));

    for (int length : new int[] {1, 2, 3, 7, together.length()}) {
      Server server = Server.tcp();
      server.broker.types(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);
      for (int i = 0; i < together.length(); i += length) {
        server.hears(together.substring(i, Math.min(i + length, together.length())));
      }
      assertThat(server.replies).as("pieces of %d", length).isEqualTo(whole.replies);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"udp-plain", "udp-md5", "nab-tcp-plain", "nab-tcp-digest-md5", "udp-anon"})
  void recognizesTheRepliesOfOtherBrokers(String name) throws IOException {
    Transcript transcript = Transcript.load(name);

    List<String> replies = data(transcript, transcript.of(false));

    String capability = replies.get(0);
    assertThat(CapabilityLine.parse(capability))
        .hasValueSatisfying(
            line -> assertThat(line.offers(Samples.asked(Samples.BEHIND_NAT))).isTrue());
    String offer =
        replies.stream().filter(reply -> reply.contains("<tunnel")).findFirst().orElseThrow();
    byte[] body = ReplyInbox.body(offer.getBytes(StandardCharsets.ISO_8859_1));
    TunnelOffer read =
        ReplyReader.offer(ReplyInbox.split(body).rest(), Samples.asked(Samples.BEHIND_NAT));
    assertThat(read.lifetime()).isPresent();
    assertThat(read.server().inner().getAddress()).hasSize(16);
    assertThat(read.router().map(RouterGrant::dnsServers).orElse(List.<DnsServer>of())).isEmpty();
  }

  private static Server play(Transcript transcript, TunnelOffer offer) {
    Server server = Server.over(transcript.transport());
    server.broker.offers(offer);
    server.broker.types(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);
    ReliableHeader last = null;
    for (Transcript.Message message : transcript.of(true)) {
      ByteBuffer data = ByteBuffer.wrap(message.octets());
      if (transcript.transport() == Transport.UDP) {
        ReliableHeader header = ReliableHeader.take(data);
        if (last != null && !header.isAfter(last)) {
          continue;
        }
        last = header;
      }
      server.session.received(data);
    }
    return server;
  }

  private static List<String> data(Transcript transcript, List<Transcript.Message> messages) {
    int header = transcript.transport() == Transport.UDP ? ReliableHeader.LENGTH : 0;
    return messages.stream().map(message -> message.text().substring(header)).toList();
  }

  private static TunnelOffer v6v4(int keepAlive) {
    return Samples.offer(
        TunnelType.V6V4,
        SERVER,
        CLIENT,
        Samples.keepAlive("2001:db8:100::1", keepAlive),
        Optional.empty());
  }
}

package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.client.FieldBroker.party;

import java.nio.file.Path;
import java.util.List;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client must not do, and must not mind, if it wants a tunnel of brokers in the field: each
 * peculiarity was seen in one of them, and each test goes all the way to the tunnel. That the first
 * sequence number is 240 is shown where datagrams are made, in the transport.
 */
class FieldBrokersTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"udp", "tcp"})
  void getsATunnel(String transport) {
    Meeting m = new Meeting(transport);
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp", "tcp"})
  void sendsNoNul(String transport) {
    Meeting m = new Meeting(transport);
    m.meet();

    assertThat(m.broker.heard).hasSizeGreaterThan(4).noneMatch(text -> text.indexOf(0) >= 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CAPABILITY AUTH=DIGEST-MD5 TUNNEL=V6UDPV4 TUNNEL=V6V4\r\n",
        "CAPABILITY AUTH=PASSDSS-3DES-1 TUNNEL=V6V4 AUTH=DIGEST-MD5 FUTURE=X\r\n"
      })
  @Demands({"R-3-3", "D-3-2"})
  void doesNotRelyOnTheOrderOfCapabilities(String capability) {
    Meeting m = new Meeting("udp");
    m.broker.capability = capability;
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp", "tcp"})
  void doesNotRequireALinesEndAfterBase64(String transport) {
    Meeting m = new Meeting(transport);
    m.broker.challenge = base64 -> base64;
    m.broker.proof = base64 -> base64;
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp", "tcp"})
  void doesNotMindMissingPadding(String transport) {
    Meeting m = new Meeting(transport);
    m.broker.challenge = base64 -> base64.replace("=", "") + "\r\n";
    m.broker.proof = base64 -> base64.replace("=", "") + "\r\n";
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\r\n"})
  void takesProofAndSuccessInOneDatagramAndStillPolls(String between) {
    Meeting m = new Meeting("udp");
    m.broker.proof = base64 -> base64 + between + FieldBroker.SUCCESS;
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
    assertThat(m.broker.heard).contains("");
  }

  @ParameterizedTest
  @ValueSource(strings = {"200 OK\r\n", "200 Authentication successful\r\n", "200\r\n"})
  void takesAnyTextOfA200(String line) {
    Meeting m = new Meeting("udp");
    m.broker.verdict = line;
    m.broker.offer = line + m.broker.offer.substring(FieldBroker.SUCCESS.length());
    m.broker.acknowledgement = FieldBroker.frame(line);
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
  }

  @Test
  void doesNotRequireLifetimeOrKeepalive() {
    Meeting m = new Meeting("udp");
    m.offer("type=\"v6v4\"", "2001:db8:100::1", "");
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
    assertThat(m.fixture.client.status().offer().orElseThrow().lifetime()).isEmpty();
    assertThat(m.tunnel().keepAlive()).isEmpty();
  }

  @Test
  void readsADoubleColonThatStandsForNothing() {
    Meeting m = new Meeting("udp");
    m.offer("type=\"v6v4\"", "3ffe:b00:c18:ffff::0000:0000:0000:0001", "");
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
    assertThat(m.tunnel().remoteAddress()).isEqualTo(IpAddresses.parse("3ffe:b00:c18:ffff::1"));
  }

  @Test
  @Demands({"R-4.4.3-5", "D-4.5-4"})
  void doesNotMindWhiteSpaceAroundText() {
    Meeting m = new Meeting("udp");
    m.offer(
        "type=\"v6v4\" lifetime=\" 60 \"",
        "\r\n   2001:db8:100::1\r\n  ",
        "<keepalive interval=\"30\"><address type=\"ipv6\">\r\n 2001:db8:100::9\t"
            + "</address></keepalive>");
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
    assertThat(m.tunnel().remoteAddress()).isEqualTo(IpAddresses.parse("2001:db8:100::1"));
    assertThat(m.tunnel().keepAlive().orElseThrow().address())
        .isEqualTo(IpAddresses.parse("2001:db8:100::9"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v6v4", "v6udpv4"})
  @Demands("R-2-12")
  void obeysTheTypeOfTheReplyWhateverItAskedFor(String type) {
    for (String asked : List.of("v6v4", "v6udpv4", "v6anyv4")) {
      Meeting m = new Meeting("udp");
      m.fixture.configs.with("tunnelType", asked);
      m.offer("type=\"" + type + "\"", "2001:db8:100::1", "");
      m.meet();

      m.assertTunnel(new TunnelType(type));
    }
  }

  @Test
  void rejectsAReplyWhoseTypeItCannotCarry() {
    Meeting m = new Meeting("udp");
    m.fixture.endpoint.carry(TunnelType.V6V4);
    m.fixture.configs.with("tunnelType", "v6v4");
    m.offer("type=\"v6udpv4\"", "2001:db8:100::1", "");
    m.meet();

    assertThat(m.fixture.journal).containsExactly("reject", "close");
    assertThat(m.fixture.phase()).isEqualTo(Phase.WAITING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\r\n", "200 Success\r\n"})
  void sendsNoDataBeforeTheAcceptIsAcknowledgedHoweverThatIsSaid(String acknowledgement) {
    Meeting m = new Meeting("udp");
    m.broker.acknowledgement = acknowledgement;
    m.meet();

    m.assertTunnel(TunnelType.V6V4);
    assertThat(m.fixture.journal)
        .containsExactly("apply [v6v4 quiet]", "accept", "apply [v6v4]", "close");
  }

  /** A client and the broker that it will meet. */
  private final class Meeting {
    final ClientFixture fixture = new ClientFixture(directory, "192.0.2.1");
    final FieldBroker broker;

    Meeting(String transport) {
      fixture
          .configs
          .with("transports", transport)
          .with("user", "alice")
          .with("password", "secret1");
      broker = new FieldBroker(transport.equals("tcp"), fixture.journal);
    }

    /**
     * Sets an offer by the attributes, the server's inner address, and what the client has more.
     */
    void offer(String attributes, String server, String more) {
      broker.offer =
          FieldBroker.SUCCESS
              + "<tunnel action=\"info\" "
              + attributes
              + ">"
              + party("server", "192.0.2.1", server, "")
              + party("client", "198.51.100.2", "2001:db8:100::2", more)
              + "</tunnel>\r\n";
    }

    void meet() {
      fixture.signaling.answer((target, asked) -> broker.converse(asked));
      fixture.start();
    }

    TunnelParameters tunnel() {
      return fixture.endpoint.desired().get(0);
    }

    void assertTunnel(TunnelType type) {
      assertThat(fixture.lastError()).isEqualTo("none");
      assertThat(fixture.phase()).isEqualTo(Phase.CONNECTED);
      assertThat(tunnel().type()).isEqualTo(type);
    }
  }
}

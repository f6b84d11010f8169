package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session's version changes in its command phase, and every status code there. */
class DialectsTest {
  private static final String CREATE = create("<address type=\"ipv4\">198.51.100.2</address>");
  private static final String ACCEPT = "<tunnel action=\"accept\"></tunnel>\r\n";
  private static final String REJECT = "<tunnel action=\"reject\"></tunnel>\r\n";
  private static final Referral OTHERS = new Referral(List.of("192.0.2.7", "ts1.isp1.example"));

  @ParameterizedTest
  @EnumSource(value = StatusCode.class, names = "SUCCESS", mode = EnumSource.Mode.EXCLUDE)
  @Demands({
    "R-B-507", "D-B-306", "D-B-307", "D-B-308", "D-B-504", "D-B-507", "D-B-514", "D-B-517",
    "D-B-518", "D-B-520"
  })
  void framesEveryCodeOfTheBroker(StatusCode code) {
    int number = code == StatusCode.INVALID_IPV6_ADDRESS_OF_DRAFT ? 502 : code.number();

    assertThat(refused("2.0.2", new TspException(code, "why")))
        .isEqualTo(framed(number + " " + code.text() + "\r\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "2.0.1, NO_MORE_TUNNELS, 1301 No more tunnels available",
    "2.0.2, NO_MORE_TUNNELS, 1301 No more tunnels available",
    "2.0.1, SERVER_BUSY, 1530 Server too busy",
    "2.0.0, NO_MORE_TUNNELS, 301 No more tunnels available",
    "2.0, NO_MORE_TUNNELS, 301 No more tunnels available",
    "1.0.1, NO_MORE_TUNNELS, 301 No more tunnels available",
    "2.0.0, SERVER_BUSY, 530 Server too busy"
  })
  void refersOnlyClientsThatReadTheList(String version, StatusCode code, String line) {
    String list =
        "<tunnel action=\"list\" type=\"broker\">\r\n <broker>\r\n"
            + "  <address type=\"ipv4\">192.0.2.7</address>\r\n"
            + "  <address type=\"dn\">ts1.isp1.example</address>\r\n </broker>\r\n</tunnel>\r\n";

    assertThat(refused(version, new TspException(code, "full", OTHERS)))
        .isEqualTo(framed(line + "\r\n" + (line.startsWith("1") ? list : "")));
  }

  @ParameterizedTest
  @CsvSource({
    "2.0,   INVALID_IPV6_ADDRESS, 309 Invalid IPv6 address",
    "2.0.0, INVALID_IPV6_ADDRESS, 502 Invalid IPv6 address",
    "2.0,   PREFIX_FOR_ANONYMOUS, 504 Router function not supported",
    "2.0.2, PREFIX_FOR_ANONYMOUS, 522 Prefix requested for an anonymous user"
  })
  @Demands({"R-B-502", "D-B-309", "D-B-504"})
  void saysInTheClientsWordsWhatTheBrokerMeans(String version, StatusCode code, String line) {
    assertThat(refused(version, new TspException(code, "why"))).isEqualTo(framed(line + "\r\n"));
  }

  @Test
  @Demands("D-B-502")
  void refusesABadNicknameAsTheDraftDoes() {
    String named =
        create("<address type=\"ipv4\">192.0.2.1</address><address type=\"dn\">-</address>");

    assertThat(command("2.0", Transport.TCP).hearsFrame(named).replies)
        .containsExactly(framed("502 Invalid or duplicate nicname\r\n"));
    assertThat(command("2.0.0", Transport.TCP).hearsFrame(named).verdicts()).containsExactly("200");
  }

  @ParameterizedTest
  @CsvSource({
    "2.0, 309",
    "2.0.0, 502",
    "2.0.2, 502",
  })
  @Demands({"R-B-502", "D-B-309"})
  void refusesABadOuterIpv6Address(String version, String code) {
    String bad =
        "<tunnel action=\"create\" type=\"v4v6\"><client><address type=\"ipv6\">ff02::1</address>"
            + "</client></tunnel>\r\n";

    assertThat(command(version, Transport.TCP).hearsFrame(bad).verdicts()).containsExactly(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-length: 9\r\n<tunnel/>",
        "Content-length: 8\r\nnonsense",
        "Content-length: 99999\r\n",
        "Content-length: -1\r\n<tunnel/>",
        "Content-size: 8\r\n<tunnel/>"
      })
  void refusesWhatItCannotReadWith500(String message) {
    assertThat(command("2.0.2", Transport.UDP).hears(message).replies)
        .containsExactly(framed("500 Invalid request format or specified length\r\n"));
  }

  @ParameterizedTest
  @CsvSource({"1.0, TCP", "1.0.0, TCP", "1.0.1, TCP", "2.0, TCP", "2.0, UDP"})
  @Demands("D-4.5-5")
  void bringsTheTunnelOfAnOldClientUpWithoutAccept(String version, Transport transport) {
    Server server = command(version, transport);

    server.hearsFrame(CREATE);

    assertThat(server.verdicts()).containsExactly("200");
    assertThat(server.broker.calls())
        .containsExactly("offer anonymous v6v4", "accept anonymous lease-1");
    assertThat(server.session.phase()).isEqualTo(Phase.COMMAND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.0.0", "2.0.1", "2.0.2"})
  void waitsForAcceptOfOtherClients(String version) {
    Server server = command(version, Transport.UDP);

    server.hearsFrame(CREATE);

    assertThat(server.broker.calls()).containsExactly("offer anonymous v6v4");
    assertThat(server.session.phase()).isEqualTo(Phase.RESPONSE);
  }

  @Test
  void acknowledgesTheAcceptOfAClientThatNeedNotSayIt() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    Server server = command("2.0", Transport.UDP);
    server.broker.answers(slow);

    server.hearsFrame(CREATE).hearsFrame(ACCEPT);
    slow.complete(null);
    server.hearsFrame(ACCEPT);

    assertThat(server.verdicts()).containsExactly("200", "200");
    assertThat(server.broker.calls()).hasSize(2);
  }

  @Test
  void updatesTheTunnelOfAnOldClientThatAsksAgain() {
    Server server = command("1.0.1", Transport.TCP);

    server.hearsFrame(CREATE).hearsFrame(CREATE);

    assertThat(server.verdicts()).containsExactly("200", "200");
    assertThat(server.broker.calls())
        .containsExactly(
            "offer anonymous v6v4",
            "accept anonymous lease-1",
            "offer anonymous v6v4",
            "accept anonymous lease-1");
  }

  @Test
  @Demands("D-B-514")
  void frameOfARejectIsAnsweredAndASecondOneRefused() {
    Server server = command("2.0.0", Transport.TCP);

    server.hearsFrame(CREATE).hearsFrame(REJECT).hearsFrame(REJECT).hearsFrame(ACCEPT);

    assertThat(server.verdicts()).containsExactly("200", "200", "514", "514");
    assertThat(server.broker.calls())
        .containsExactly("offer anonymous v6v4", "reject anonymous lease-1");
  }

  private static String refused(String version, TspException refusal) {
    Server server = command(version, Transport.TCP);
    server.broker.refuses(refusal);
    server.hearsFrame(CREATE);
    assertThat(server.session.phase()).isEqualTo(Phase.COMMAND);
    return server.replies.get(0);
  }

  private static Server command(String version, Transport transport) {
    Server server = transport == Transport.UDP ? Server.udp() : Server.tcp();
    server.hears("VERSION=" + version + "\r\n").hears("AUTHENTICATE ANONYMOUS\r\n");
    server.replies.clear();
    return server;
  }

  private static String create(String addresses) {
    return "<tunnel action=\"create\" type=\"v6v4\"><client>"
        + addresses
        + "</client></tunnel>\r\n";
  }

  private static String framed(String body) {
    return "Content-length: " + body.length() + "\r\n" + body;
  }
}

package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.protocol.Samples.asRead;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.xml.ReplyReader;
import org.culvert.protocol.xml.RequestWriter;
import org.culvert.protocol.xml.TunnelCommand;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkedExamplesTest {
  private static final Map<String, TunnelRequest> REQUESTS =
      Map.of(
          "E1", Samples.HOST,
          "E2", Samples.ROUTER,
          "E3", Samples.BEHIND_NAT,
          "E4", Samples.ANY,
          "E5", Samples.DSTM);
  private static final Map<String, TunnelOffer> OFFERS =
      Map.of("E1", Samples.E1, "E2", Samples.E2, "E3", Samples.E3, "E5", Samples.E5);
  private static final Referral REFERRAL =
      new Referral(List.of("198.51.100.7", "ts1.isp1.example"));

  @ParameterizedTest
  @ValueSource(strings = {"E1", "E2", "E3", "E4", "E5"})
  @Demands({
    "R-2-3",
    "R-2-4",
    "R-2-5",
    "R-2.2-1",
    "R-4.4.3-1",
    "R-4.4.3-2",
    "R-4.7.1-10",
    "R-4.7.2-1",
    "R-4.7.2-2",
    "R-4.7.2-3",
    "R-5.1-1",
    "R-5.2-1",
    "R-5.3-1",
    "R-5.4-3",
    "R-7-1",
    "R-A-1",
    "D-2-3",
    "D-2.2-1",
    "D-4.5-1",
    "D-4.6.1-5",
    "D-4.6.2-1",
    "D-4.7.1-1",
    "D-4.7.2-1",
    "D-4.7.3-1",
    "D-6-1"
  })
  void writesRequestsOctetForOctet(String example) {
    TunnelRequest request = REQUESTS.get(example);
    IpVersion inner = Samples.asked(request).wanted().get(0).inner();

    assertThat(framed(new TunnelCommand.Create(request), inner))
        .isEqualTo(WorkedExamples.said(example, 'C').get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"E1", "E2", "E3", "E4", "E5"})
  void readsRequests(String example) {
    String message = WorkedExamples.said(example, 'C').get(0);

    assertThat(Samples.command(WorkedExamples.body(message)))
        .isEqualTo(new TunnelCommand.Create(REQUESTS.get(example)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"E1", "E2", "E3", "E5"})
  void repliesOctetForOctet(String example) {
    for (Transport transport : Transport.values()) {
      Server server = Server.inCommandPhase(transport);
      server.broker.offers(OFFERS.get(example));
      List<String> client = WorkedExamples.said(example, 'C');

      server.hears(client.get(0));

      assertThat(server.replies).containsExactly(WorkedExamples.said(example, 'S').get(0));
      assertThat(server.broker.requests()).containsExactly(REQUESTS.get(example));

      server.replies.clear();
      server.hears(client.get(Math.min(1, client.size() - 1)));

      assertThat(server.broker.calls()).last().isEqualTo("accept anonymous lease-1");
      assertThat(server.replies)
          .isEqualTo(
              transport == Transport.UDP
                  ? List.of("Content-length: 13\r\n200 Success\r\n")
                  : List.of());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"E1", "E2", "E3", "E5"})
  @Demands({"D-2-4", "R-2-4"})
  void readsOffers(String example) throws IOException {
    byte[] body = WorkedExamples.body(WorkedExamples.said(example, 'S').get(0));
    byte[] xml = ReplyInbox.split(body).rest();

    assertThat(ReplyReader.offer(xml, Samples.asked(REQUESTS.get(example))))
        .isEqualTo(asRead(OFFERS.get(example)));
  }

  @Test
  @Demands({"R-4.7.1-1", "D-4.6.1-1"})
  void writesTheShortCommandsOctetForOctet() {
    assertThat(framed(new TunnelCommand.Info(Optional.of(TunnelType.V6ANYV4))))
        .isEqualTo(WorkedExamples.said("E6", 'C').get(0));
    assertThat(framed(new TunnelCommand.Delete())).isEqualTo(WorkedExamples.said("E7", 'C').get(0));
    assertThat(framed(new TunnelCommand.Reject())).isEqualTo(WorkedExamples.said("E8", 'C').get(0));
    assertThat(framed(new TunnelCommand.Accept()))
        .isEqualTo(WorkedExamples.said("E1", 'C').get(1))
        .hasSize(20 + 35);
  }

  @Test
  void answersInfoDeleteAndReject() {
    Server server = Server.inCommandPhase(Transport.TCP);

    server.hears(WorkedExamples.said("E6", 'C').get(0));
    server.hears(WorkedExamples.said("E7", 'C').get(0));
    server.hears(WorkedExamples.said("E1", 'C').get(0));
    server.hears(WorkedExamples.said("E8", 'C').get(0));

    String offer = WorkedExamples.said("E1", 'S').get(0);
    String success = WorkedExamples.said("E7", 'S').get(0);
    assertThat(server.replies).containsExactly(offer, success, offer, success);
    assertThat(server.broker.calls())
        .containsExactly(
            "info anonymous",
            "delete anonymous",
            "offer anonymous v6v4",
            "reject anonymous lease-1");
    assertThat(server.session.phase()).isEqualTo(Phase.COMMAND);
  }

  @Test
  void framesAnErrorInTheCommandPhase() {
    Server server = Server.inCommandPhase(Transport.UDP);
    server.broker.refuses(new TspException(StatusCode.PREFIX_UNAVAILABLE, "too long"));

    server.hears(WorkedExamples.said("E2", 'C').get(0));

    assertThat(server.replies).isEqualTo(WorkedExamples.said("E9", 'S'));
    assertThat(server.session.phase()).isEqualTo(Phase.COMMAND);
  }

  @Test
  @Demands({"R-B-6", "D-B-3"})
  void framesAReferralInTheCommandPhase() throws IOException {
    Server server = Server.inCommandPhase(Transport.UDP);
    server.broker.refuses(new TspException(StatusCode.NO_MORE_TUNNELS, "full", REFERRAL));

    server.hears(WorkedExamples.said("E1", 'C').get(0));

    assertThat(server.replies).isEqualTo(WorkedExamples.said("E10", 'S'));
    assertThat(refusalIn(WorkedExamples.body(server.replies.get(0))))
        .returns(StatusCode.NO_MORE_TUNNELS, TspException::code)
        .returns(Optional.of(REFERRAL), TspException::referral);
  }

  @Test
  void doesNotFrameAReferralBeforeTheCommandPhase() throws IOException {
    Server server = Server.tcp();
    server.referral = Optional.of(REFERRAL);

    server.hears("VERSION=1.1\r\n");

    assertThat(server.replies).isEqualTo(WorkedExamples.said("E11", 'S'));
    assertThat(server.closed).isTrue();
    assertThat(refusalIn(server.replies.get(0).getBytes(StandardCharsets.US_ASCII)))
        .returns(StatusCode.UNSUPPORTED_VERSION, TspException::code)
        .returns(Optional.of(REFERRAL), TspException::referral);
  }

  private static TspException refusalIn(byte[] message) throws IOException {
    return ReplyInbox.split(message).refusal();
  }

  private static String framed(TunnelCommand command) {
    return framed(command, IpVersion.IPV6);
  }

  private static String framed(TunnelCommand command, IpVersion inner) {
    return new String(Frame.write(RequestWriter.write(command, inner)), StandardCharsets.US_ASCII);
  }
}

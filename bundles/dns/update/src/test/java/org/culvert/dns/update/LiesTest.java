package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.culvert.dns.update.Tunnels.tunnel;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.culvert.api.service.ServiceException;
import org.culvert.dns.update.LyingServer.Answers;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;

/** Servers that are slow, broken or lie: nothing is believed, and each is told in one line. */
class LiesTest {
  private static final byte[] OTHER_SECRET = new byte[32];

  private final DnsSettings settings =
      SettingsReader.from(Configurations.of("port", 1, "timeout", 1));

  private static Message answer(Message request, int rcode) {
    Message answer = new Message(request.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.AA);
    answer.getHeader().setOpcode(request.getHeader().getOpcode());
    answer.getHeader().setRcode(rcode);
    if (request.getQuestion() != null) {
      answer.addRecord(request.getQuestion(), Section.QUESTION);
    }
    return answer;
  }

  private byte[] signed(Message request, Message answer) {
    settings.key().signer(Clock.systemUTC()).apply(answer, request.getTSIG());
    return answer.toWire();
  }

  private byte[] honest(byte[] request) throws IOException {
    Message read = new Message(request);
    return signed(read, answer(read, Rcode.NOERROR));
  }

  private ServiceException failure(Answers answers) throws IOException {
    return failure(answers, 10);
  }

  private ServiceException failure(Answers answers, int most) throws IOException {
    try (LyingServer server = new LyingServer(answers)) {
      ServiceException failure =
          catchThrowableOfType(ServiceException.class, () -> provide(server.port(), 1));
      assertThat(failure.getMessage())
          .contains("the DNS server 127.0.0.1:" + server.port())
          .doesNotContain("\n");
      assertThat(server.asked()).isLessThan(most);
      return failure;
    }
  }

  /** Where the number of requests counts, the time is too long for a second one. */
  private static void provide(int port, int timeout) throws ServiceException {
    DnsSettings settings = SettingsReader.from(Configurations.of("port", port, "timeout", timeout));
    HostLookup nobody = (host, limit) -> List.of();
    try (DynamicUpdateRegistrar registrar =
        new DynamicUpdateRegistrar(
            settings,
            new SignedExchange(
                settings.server(),
                settings.key(),
                settings.udp(),
                settings.timeout(),
                Clock.systemUTC()),
            new LameCheck(Duration.ofSeconds(1), 53, nobody),
            nobody)) {
      registrar.provide(tunnel("1", "alice", "alice.tb.example", "2001:db8:100::2", ""));
    }
  }

  @Test
  void believesSignedAnswers() throws Exception {
    try (LyingServer server = new LyingServer(request -> List.of(honest(request)))) {
      provide(server.port(), 8);

      assertThat(server.asked()).isEqualTo(4);
    }
  }

  @Test
  void waitsNoLongerThanTheTimeLimitForSilence() throws Exception {
    ServiceException failure = failure(request -> List.of());

    assertThat(failure).hasMessageEndingWith("does not answer within 1000 ms");
    assertThat(failure.isLasting()).isFalse();
  }

  @Test
  @Threat("T16")
  void doesNotBelieveUnsignedAnswer() throws Exception {
    ServiceException failure =
        failure(
            request -> {
              Message read = new Message(request);
              return List.of(answer(read, Rcode.NOERROR).toWire());
            });

    assertThat(failure).hasMessageContaining("an answer without a signature");
    assertThat(failure.isLasting()).isFalse();
  }

  @Test
  @Threat("T16")
  void doesNotBelieveAnswerSignedByOtherKey() throws Exception {
    ServiceException failure =
        failure(
            request -> {
              Message read = new Message(request);
              Message answer = answer(read, Rcode.NOERROR);
              new TSIG(TSIG.HMAC_SHA256, settings.key().name(), OTHER_SECRET)
                  .apply(answer, read.getTSIG());
              return List.of(answer.toWire());
            });

    assertThat(failure).hasMessageContaining("an answer with a wrong signature (BADSIG)");
    assertThat(failure.isLasting()).isFalse();
  }

  @Test
  void doesNotBelieveAnswerToAnotherRequest() throws Exception {
    ServiceException failure =
        failure(
            request -> {
              Message read = new Message(request);
              Message answer = answer(read, Rcode.NOERROR);
              answer.getHeader().setID(read.getHeader().getID() ^ 1);
              return List.of(signed(read, answer));
            });

    assertThat(failure).hasMessageContaining("an answer to something that was not asked");
  }

  @Test
  void doesNotBelieveWhatCannotBeRead() throws Exception {
    assertThat(failure(request -> List.of(new byte[] {1, 2, 3})))
        .hasMessageContaining("an answer that cannot be read");
    assertThat(failure(request -> List.of(request)))
        .hasMessageContaining("something that is no answer");
  }

  @Test
  void findsTheTrueAnswerBehindForgedOnes() throws Exception {
    try (LyingServer server =
        new LyingServer(
            request -> {
              Message read = new Message(request);
              List<byte[]> all = new ArrayList<>();
              for (int i = 0; i < 50; i++) {
                all.add(answer(read, Rcode.REFUSED).toWire());
              }
              all.add(honest(request));
              return all;
            })) {
      provide(server.port(), 8);

      assertThat(server.asked()).isEqualTo(4);
    }
  }

  @Test
  void asksByStreamWhatIsCutOff() throws Exception {
    try (LyingServer server =
        new LyingServer(
            request -> {
              Message read = new Message(request);
              Message cut = answer(read, Rcode.NOERROR);
              cut.getHeader().setFlag(Flags.TC);
              return List.of(signed(read, cut));
            })) {
      ServiceException failure =
          catchThrowableOfType(ServiceException.class, () -> provide(server.port(), 8));

      assertThat(failure).hasMessageEndingWith("cut its answer off, over TCP");
      assertThat(server.asked()).isEqualTo(2);
    }
  }

  @Test
  void triesAgainWhatPasses() throws Exception {
    ServiceException failure =
        failure(
            request -> {
              Message read = new Message(request);
              return List.of(signed(read, answer(read, Rcode.SERVFAIL)));
            });

    assertThat(failure).hasMessageContaining("SERVFAIL");
    assertThat(failure.isLasting()).isFalse();
  }

  @Test
  void doesNotSpinOnConditionsThatNeverHold() throws Exception {
    ServiceException failure =
        failure(
            request -> {
              Message read = new Message(request);
              boolean update = read.getHeader().getOpcode() == Opcode.UPDATE;
              return List.of(signed(read, answer(read, update ? Rcode.YXDOMAIN : Rcode.NOERROR)));
            },
            40);

    assertThat(failure).hasMessageContaining("alice.tb.example exists in tb.example");
    assertThat(failure.isLasting()).isTrue();
  }
}

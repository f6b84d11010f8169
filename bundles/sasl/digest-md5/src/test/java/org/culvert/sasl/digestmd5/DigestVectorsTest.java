package org.culvert.sasl.digestmd5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.SaslProperties;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values computed by other programs: the RFCs' examples and exchanges of real clients. */
class DigestVectorsTest {
  private static final String VECTORS =
      """
      username1|hexos|password|1113908968|1113923311|tsp/hexos|f8e42b3c50c59771853f6274fcffd1ca|70d5cabc9235568be380ba2c907381fe
      alice|cdpatsps|secret1|4AAAA1BB|1795476675|tsp/192.0.2.1|7b9c0a034865ab6eebe70205edd4360d|e7f6d2493b4b1b6e30361e678ae6744a
      chris|elwood.innosoft.com|secret|OA6MG9tEQGm2hh|OA6MHXh6VqTrRk|imap/elwood.innosoft.com|d388dad90d4bbd760a152321f2143af7|ea40f60335c427b5527b84dbabcdfffd
      alice|hexos|pw11|1113908968|1795479167|tsp/198.51.100.1|68d5867d458842eff8dab3b2bc1ddd13|338c06e7e21ea378614cf98cfa317de8
      """;

  @ParameterizedTest
  @CsvSource(textBlock = VECTORS, delimiter = '|')
  @Demands("R-4.4.2-15")
  void serverAcceptsWhatTheClientSentAndProvesItself(
      String user,
      String realm,
      String password,
      String nonce,
      String cnonce,
      String uri,
      String response,
      String proof)
      throws Exception {
    SaslServer server = server(uri, realm, nonce, Map.of(), Map.of(user, password));
    server.evaluateResponse(new byte[0]);

    byte[] answer = server.evaluateResponse(message(user, realm, nonce, cnonce, uri, response));

    assertThat(text(answer)).isEqualTo("rspauth=" + proof);
    assertThat(server.isComplete()).isTrue();
    assertThat(server.getAuthorizationID()).isEqualTo(user);
  }

  @ParameterizedTest
  @CsvSource(textBlock = VECTORS, delimiter = '|')
  @Demands("R-4.4.2-15")
  void clientSendsTheResponseAndAcceptsTheProof(
      String user,
      String realm,
      String password,
      String nonce,
      String cnonce,
      String uri,
      String response,
      String proof)
      throws Exception {
    String[] service = uri.split("/", 2);
    SaslClient client =
        new DigestMd5Mechanism(() -> cnonce)
            .createSaslClient(
                new String[] {"DIGEST-MD5"},
                null,
                service[0],
                service[1],
                Map.of(),
                Accounts.client(user, password));

    byte[] answer = client.evaluateChallenge(challenge(realm, nonce));

    assertThat(text(answer)).isEqualTo(text(message(user, realm, nonce, cnonce, uri, response)));
    assertThat(client.evaluateChallenge(octets("rspauth=" + proof))).isNull();
    assertThat(client.isComplete()).isTrue();
  }

  @Test
  void challengeIsWrittenWithoutWhiteSpaceAndWithEveryDirective() throws Exception {
    SaslServer server = server("tsp/x", "hexos", "1113908968", Map.of(), Map.of());

    assertThat(text(server.evaluateResponse(new byte[0])))
        .isEqualTo(
            "realm=\"hexos\",nonce=\"1113908968\",qop=\"auth\",algorithm=md5-sess,charset=utf-8");
  }

  @Test
  void zeroOctetVectorHasAZeroOctet() {
    assertThat(HexFormat.of().formatHex(Accounts.secret("alice", "hexos", "pw11")))
        .isEqualTo("c77f1474a8529921a849aee008120018");
  }

  @Test
  void cutResponseOfOldClientIsAnsweredWithProofCutAlike() throws Exception {
    SaslServer server = zeroOctetServer(Map.of(SaslProperties.ZERO_OCTET_DEFECT, "true"));

    byte[] answer = server.evaluateResponse(zeroOctetMessage("11c71365a6fba294b25dcf1f64946cbc"));

    assertThat(text(answer)).isEqualTo("rspauth=8d3cf37462d415a98c9404850caa07e7");
  }

  @Test
  void standardResponseOfOldClientIsAnsweredWithStandardProof() throws Exception {
    SaslServer server = zeroOctetServer(Map.of(SaslProperties.ZERO_OCTET_DEFECT, "true"));

    byte[] answer = server.evaluateResponse(zeroOctetMessage("68d5867d458842eff8dab3b2bc1ddd13"));

    assertThat(text(answer)).isEqualTo("rspauth=338c06e7e21ea378614cf98cfa317de8");
  }

  @Test
  void cutResponseIsRefusedFromClientsThatKnowBetter() throws Exception {
    SaslServer server = zeroOctetServer(Map.of());

    assertThatThrownBy(
            () -> server.evaluateResponse(zeroOctetMessage("11c71365a6fba294b25dcf1f64946cbc")))
        .isInstanceOf(SaslException.class);
    assertThat(server.isComplete()).isFalse();
  }

  private static SaslServer zeroOctetServer(Map<String, String> props) throws SaslException {
    SaslServer server =
        server("tsp/198.51.100.1", "hexos", "1113908968", props, Map.of("alice", "pw11"));
    server.evaluateResponse(new byte[0]);
    return server;
  }

  private static byte[] zeroOctetMessage(String response) {
    return message("alice", "hexos", "1113908968", "1795479167", "tsp/198.51.100.1", response);
  }

  private static SaslServer server(
      String uri,
      String realm,
      String nonce,
      Map<String, String> props,
      Map<String, String> passwords)
      throws SaslException {
    return new DigestMd5Mechanism(() -> nonce)
        .createSaslServer(
            "DIGEST-MD5", uri.split("/", 2)[0], realm, props, Accounts.server(realm, passwords));
  }

  private static byte[] challenge(String realm, String nonce) {
    return octets(
        "realm=\""
            + realm
            + "\",nonce=\""
            + nonce
            + "\",qop=\"auth\",algorithm=md5-sess,charset=utf-8");
  }

  private static byte[] message(
      String user, String realm, String nonce, String cnonce, String uri, String response) {
    return octets(
        "charset=utf-8,username=\"%s\",realm=\"%s\",nonce=\"%s\",nc=00000001,cnonce=\"%s\",digest-uri=\"%s\",response=%s,qop=auth"
            .formatted(user, realm, nonce, cnonce, uri, response));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }
}

package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kit's own DIGEST-MD5, which shares no code with Culvert's, against known exchanges. */
class DigestMd5Test {

  @ParameterizedTest
  @CsvSource({
    "username1, hexos, password, 1113908968, 1113923311, tsp/hexos,"
        + " f8e42b3c50c59771853f6274fcffd1ca, 70d5cabc9235568be380ba2c907381fe",
    "alice, cdpatsps, secret1, 4AAAA1BB, 1795476675, tsp/192.0.2.1,"
        + " 7b9c0a034865ab6eebe70205edd4360d, e7f6d2493b4b1b6e30361e678ae6744a",
    "chris, elwood.innosoft.com, secret, OA6MG9tEQGm2hh, OA6MHXh6VqTrRk,"
        + " imap/elwood.innosoft.com, d388dad90d4bbd760a152321f2143af7,"
        + " ea40f60335c427b5527b84dbabcdfffd"
  })
  void agreesWithKnownExchanges(
      String user,
      String realm,
      String password,
      String nonce,
      String cnonce,
      String uri,
      String response,
      String proof) {
    DigestMd5 digest = heard(user, password, realm, nonce);

    assertThat(decoded(digest.response("cnonce=" + cnonce + " uri=" + uri)))
        .contains("response=" + response + ",");
    assertThat(decoded(digest.serverProof())).isEqualTo("rspauth=" + proof);
  }

  @ParameterizedTest
  @CsvSource({"'', 68d5867d458842eff8dab3b2bc1ddd13", "cut, 11c71365a6fba294b25dcf1f64946cbc"})
  void cutsTheSecretAsOldClientsDo(String how, String response) {
    DigestMd5 digest = heard("alice", "pw11", "hexos", "1113908968");

    assertThat(digest.lacksZeroOctet()).isFalse();
    assertThat(decoded(digest.response("cnonce=1795479167 uri=tsp/198.51.100.1 " + how)))
        .contains("response=" + response + ",");
  }

  private static DigestMd5 heard(String user, String password, String realm, String nonce) {
    DigestMd5 digest = new DigestMd5(user, password);
    String challenge = "realm=\"" + realm + "\",nonce=\"" + nonce + "\",qop=\"auth\",charset=utf-8";
    digest.hear(Base64.getEncoder().encodeToString(challenge.getBytes(StandardCharsets.US_ASCII)));
    return digest;
  }

  private static String decoded(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}

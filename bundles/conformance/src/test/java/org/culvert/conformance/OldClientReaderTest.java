package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What would make the oldest clients fail. */
class OldClientReaderTest {
  private static final String GOOD =
      "realm=\"example.org\",nonce=\"abc\",qop=\"auth\",algorithm=md5-sess,charset=utf-8";

  @Test
  void hasNothingAgainstWhatTheyCanRead() {
    assertThat(complaints(GOOD)).isEmpty();
    assertThat(OldClientReader.complaints(line("200 Success"), false)).isEmpty();
    assertThat(OldClientReader.complaints(line("CAPABILITY TUNNEL=V6V4 AUTH=PLAIN"), false))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "charset=utf-8 | algorithm=x | has no charset",
        "realm=\"example.org\" | algorithm=x | has no realm",
        "nonce=\"abc\" | nonce=\"\" | has no nonce",
        "qop=\"auth\" | algorithm=x | has no qop",
        ",qop | , qop | white space after a comma",
        "example.org | example.org,x | a comma in realm"
      })
  void complainsOfChallengesThatMakeThemCrash(String part, String instead, String complaint) {
    assertThat(complaints(GOOD.replace(part, instead))).anyMatch(one -> one.contains(complaint));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<tunnel action=\"info\"><!-- x --></tunnel> | a comment",
        "<tunnel action=\"info\"><prefix length=\"48\">2001:db8::</prefix></tunnel> | in full",
        "<tunnel action=\"info\"><keepalive interval=\"0\"><address type=\"x\">y</address>"
            + "</keepalive></tunnel> | interval of 0",
        "<tunnel  action=\"info\"></tunnel> | single spaces",
        "<tunnel action=\"info\">&amp;</tunnel> | entity",
        "<broker><address type=\"dn\">b.example</address></broker> | without a tunnel element"
      })
  void complainsOfXmlThatTheyCannotRead(String xml, String complaint) {
    String body = "1301 No more tunnels available\r\n" + xml + "\r\n";
    String all = "Content-length: " + body.length() + "\r\n" + body;
    Reply reply = Reply.of(all.getBytes(StandardCharsets.US_ASCII), true, body);

    assertThat(OldClientReader.complaints(reply, false)).anyMatch(one -> one.contains(complaint));
  }

  @Test
  void complainsOfRepliesLongerThanTheirBuffer() {
    assertThat(OldClientReader.complaints(line("200 " + "x".repeat(5000)), false))
        .anyMatch(one -> one.contains("4096"));
  }

  private static List<String> complaints(String challenge) {
    byte[] octets = challenge.getBytes(StandardCharsets.US_ASCII);
    return OldClientReader.complaints(line(Base64.getEncoder().encodeToString(octets)), false);
  }

  private static Reply line(String text) {
    return Reply.of((text + "\r\n").getBytes(StandardCharsets.US_ASCII), false, text + "\r\n");
  }
}

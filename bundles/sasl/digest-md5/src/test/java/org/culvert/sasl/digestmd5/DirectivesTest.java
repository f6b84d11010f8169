package org.culvert.sasl.digestmd5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.security.sasl.SaslException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectivesTest {

  @Test
  void escapesAreUndoneInQuotesOnly() throws Exception {
    Directives directives = parse("a=\"x\\\"y\\\\z\",b=x\\y");

    assertThat(directives.require("a")).isEqualTo("x\"y\\z");
    assertThat(directives.require("b")).isEqualTo("x\\y");
  }

  @Test
  void commasAndEqualsSignsMayStandInQuotes() throws Exception {
    assertThat(parse("a=\"x,y=z\",b=c==").require("a")).isEqualTo("x,y=z");
    assertThat(parse("a=\"x,y=z\",b=c==").require("b")).isEqualTo("c==");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "=",
        "a=\"",
        "a=\"\\",
        "a=\"x\\\"",
        "a=\"x\"y",
        "a=b c",
        "a=b\"c\"",
        "a\0=b",
        "a=b\0c",
        "a=1,a=2",
        "a=1,A=2",
        "\u00e9=1",
        "a=\"x\0y\"",
        "[]=1",
      })
  void malformedMessagesAreRefused(String message) {
    assertThatThrownBy(() -> parse(message)).isInstanceOf(SaslException.class);
  }

  @Test
  void longestMessageIsReadAndALongerOneRefused() {
    String longest = "a=" + "x".repeat(Directives.MAX_LENGTH - 2);

    assertThatCode(() -> parse(longest)).doesNotThrowAnyException();
    assertThatThrownBy(() -> parse(longest + "x")).isInstanceOf(SaslException.class);
  }

  @Test
  void mostDirectivesAreReadAndOneMoreRefused() {
    assertThatCode(() -> parse(many(Directives.MAX_COUNT))).doesNotThrowAnyException();
    assertThatThrownBy(() -> parse(many(Directives.MAX_COUNT + 1)))
        .isInstanceOf(SaslException.class);
  }

  @Property
  void anyOctetsAreReadOrRefused(@ForAll @Size(max = 200) byte[] message) {
    try {
      Directives.parse(message);
    } catch (SaslException refused) {
      assertThat(refused).hasMessageContaining("DIGEST-MD5");
    }
  }

  @Property
  void directiveLikeTextIsReadOrRefused(
      @ForAll @StringLength(max = 60) @CharRange(from = ' ', to = '=') String text)
      throws Exception {
    try {
      parse("a=\"" + text + "\\\",b=c" + text);
    } catch (SaslException refused) {
      assertThat(refused).hasMessageContaining("DIGEST-MD5");
    }
  }

  @Property
  void quotedValuesComeBack(
      @ForAll @StringLength(max = 100) @CharRange(from = 1, to = 255) String value)
      throws Exception {
    assertThat(parse("a=" + Directives.quote(value) + ",b=c").require("a")).isEqualTo(value);
  }

  private static String many(int count) {
    return IntStream.range(0, count).mapToObj(i -> "n" + i + "=v").collect(Collectors.joining(","));
  }

  private static Directives parse(String message) throws SaslException {
    return Directives.parse(message.getBytes(StandardCharsets.ISO_8859_1));
  }
}

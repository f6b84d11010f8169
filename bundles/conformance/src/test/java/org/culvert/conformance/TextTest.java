package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Escapes and placeholders of the case files. */
class TextTest {
  private static final Map<String, String> VALUES = Map.of("a", "1.2", "b a", "b1", "c 1.2", "c2");

  @Test
  void fillsInEscapes() {
    assertThat(Text.octets(Text.fill("a\\r\\n\\0\\s\\x41\\\\\\e\\u00e9", name -> "")))
        .isEqualTo(new byte[] {'a', '\r', '\n', 0, ' ', 'A', '\\', (byte) 0xC3, (byte) 0xA9});
  }

  @Test
  void fillsInPlaceholdersWithinPlaceholders() {
    assertThat(Text.fill("x${a}y${b a}z${c ${a}}", VALUES::get)).isEqualTo("x1.2yb1zc2");
  }

  @Test
  void takesAPlaceholderInARegularExpressionLiterally() {
    assertThat("1.2").matches(Text.pattern("${a}", VALUES::get));
    assertThat("1x2").doesNotMatch(Text.pattern("${a}", VALUES::get));
  }

  @Test
  void refusesWhatIsNoEscapeAndNoPlaceholder() {
    assertThatThrownBy(() -> Text.fill("\\q", name -> "")).hasMessageContaining("\\q");
    assertThatThrownBy(() -> Text.fill("${a", name -> "")).hasMessageContaining("does not end");
  }
}

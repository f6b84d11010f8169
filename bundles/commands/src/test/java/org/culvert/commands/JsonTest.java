package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void writesOneKeyALine() {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("user", "alice");
    row.put("packets in", 3L);
    row.put("up", true);

    assertThat(Json.write(List.of(row)))
        .isEqualTo(
            "[\n  {\n    \"user\": \"alice\",\n    \"packets in\": 3,\n    \"up\": true\n  }\n]");
  }

  @Test
  void writesEmptyListsAndObjects() {
    assertThat(Json.write(List.of())).isEqualTo("[]");
    assertThat(Json.write(Map.of())).isEqualTo("{}");
  }

  @Test
  void unitsHaveNamesAndNothingIsNull() {
    assertThat(Json.write(Duration.ofMinutes(3))).isEqualTo("{\"seconds\": 180}");
    assertThat(Json.write(Optional.empty())).isEqualTo("null");
    assertThat(Json.write(Optional.of(7))).isEqualTo("7");
    assertThat(Json.write(Instant.parse("2026-01-01T00:00:00Z")))
        .isEqualTo("\"2026-01-01T00:00:00Z\"");
    assertThat(Json.write(List.of(new Shown("/41", 41)))).isEqualTo("[\n  41\n]");
  }

  @Test
  @Threat("T28")
  void escapesWhatWouldEndATextOrSteerATerminal() {
    assertThat(Json.write("a\"b\\c\n\u001b[31m\u009b\ud800"))
        .isEqualTo("\"a\\\"b\\\\c\\u000a\\u001b[31m\\u009b\\ud800\"");
  }

  @Test
  void escapesWhatWouldTurnTheTextRound() {
    assertThat(Json.write("a\u202eb\u2028\udb40\udc41c"))
        .isEqualTo("\"a\\u202eb\\u2028\\udb40\\udc41c\"");
    assertThat(Json.write("grün \ud83d\ude00")).isEqualTo("\"grün \ud83d\ude00\"");
  }
}

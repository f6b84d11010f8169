package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MechanismPolicyTest {
  private static List<String> select(
      List<String> policy, List<Map.Entry<Map<String, Object>, String>> installed) {
    return MechanismPolicy.parse(policy).select(installed, (name, factory) -> name + "/" + factory);
  }

  private static Map.Entry<Map<String, Object>, String> service(Object name, String factory) {
    return Map.entry(Map.of("sasl.mechanism", name), factory);
  }

  @Test
  void namesTheStrongestFirstWhateverItsRanking() {
    assertThat(
            select(
                List.of("*"),
                List.of(
                    service("digest-md5", "x"),
                    service(new String[] {"SCRAM-SHA-1", "SCRAM-SHA-256-PLUS"}, "x"),
                    service("X-OWN", "x"),
                    service("EXTERNAL", "x"),
                    service("SCRAM-SHA-256", "x"),
                    service("PLAIN", "x"),
                    service("ANONYMOUS", "x"))))
        .containsExactly(
            "EXTERNAL/x",
            "SCRAM-SHA-256-PLUS/x",
            "SCRAM-SHA-256/x",
            "SCRAM-SHA-1/x",
            "X-OWN/x",
            "DIGEST-MD5/x",
            "PLAIN/x",
            "ANONYMOUS/x");
  }

  @Test
  void namesThoseItDoesNotKnowByTheirRanking() {
    assertThat(select(List.of("*"), List.of(service("X-LOW", "x"), service("X-HIGH", "x"))))
        .containsExactly("X-HIGH/x", "X-LOW/x");
  }

  @Test
  void takesHigherRankingOfTwoWithOneName() {
    assertThat(select(List.of("*"), List.of(service("PLAIN", "low"), service("PLAIN", "high"))))
        .containsExactly("PLAIN/high");
  }

  @Test
  void readsSeveralNamesOfOneService() {
    assertThat(select(List.of("*"), List.of(service(new String[] {"A", "B"}, "x"))))
        .containsExactlyInAnyOrder("A/x", "B/x");
  }

  @Test
  void ignoresServiceWithoutName() {
    assertThat(select(List.of("*"), List.of(Map.entry(Map.of(), "x")))).isEmpty();
  }

  @Test
  void withholdsWhatIsForbidden() {
    var installed = List.of(service("PLAIN", "x"), service("ANONYMOUS", "x"));

    assertThat(select(List.of("*", "!PLAIN"), installed)).containsExactly("ANONYMOUS/x");
    assertThat(select(List.of("plain"), installed)).containsExactly("PLAIN/x");
    assertThat(select(List.of(), installed)).isEmpty();
  }
}

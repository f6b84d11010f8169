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
  void offersWhatIsInstalledBestFirst() {
    assertThat(
            select(List.of("*"), List.of(service("PLAIN", "low"), service("digest-md5", "high"))))
        .containsExactly("DIGEST-MD5/high", "PLAIN/low");
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

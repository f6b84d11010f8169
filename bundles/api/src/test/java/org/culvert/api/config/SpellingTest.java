package org.culvert.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
  private static final List<String> NAMES =
      List.of("lifetime", "transports", "broker", "SCRAM-SHA-1", "SCRAM-SHA-256", "tls.port", "as");

  @ParameterizedTest
  @CsvSource({
    "lifetyme, lifetime",
    "transport, transports",
    "brokr, broker",
    "borker, broker",
    "SCRAM-SHA256, SCRAM-SHA-256",
    "tls_port, tls.port",
    "TLSPORT, tls.port",
    "AS, as"
  })
  void findsWhatWasMeant(String written, String meant) {
    assertThat(Spelling.nearest(written, NAMES)).hasValue(meant);
  }

  @Test
  void nothingIsNearToWhatIsQuiteAnotherWord() {
    assertThat(Spelling.nearest("KERBEROS", NAMES)).isEmpty();
    assertThat(Spelling.nearest("is", NAMES)).isEmpty();
    assertThat(Spelling.nearest("", NAMES)).isEmpty();
    assertThat(Spelling.nearest("transpxxts", NAMES)).hasValue("transports");
    assertThat(Spelling.nearest("transpxxts", NAMES, 1)).isEmpty();
  }
}

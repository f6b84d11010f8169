package org.culvert.api.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelTypeTest {

  @Test
  void capabilityIsInUpperCaseWhateverTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertThat(new TunnelType("v6i").capability()).isEqualTo("V6I");
      assertThat(TunnelType.V6UDPV4.capability()).isEqualTo("V6UDPV4");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void typesAreEqualAndOrderedByName() {
    assertThat(new TunnelType("v6v4")).isEqualTo(TunnelType.V6V4);
    assertThat(TunnelType.V4V6).isLessThan(TunnelType.V6UDPV4);
    assertThat(TunnelType.V6V4).hasToString("v6v4");
  }

  @Test
  // demands: R-4.4.1-8
  void anybodyMayAddAType() {
    assertThat(new TunnelType("x".repeat(16)).name()).hasSize(16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "V6V4", "v6 v4", "v6-v4", "v6v4\n", "vé", "xxxxxxxxxxxxxxxxx"})
  void namesThatCannotStandInACapabilityAreRefusedUnquoted(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TunnelType(name))
        .withMessage("not a tunnel type");
  }
}

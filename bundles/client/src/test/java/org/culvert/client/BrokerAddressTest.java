package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerAddressTest {

  @ParameterizedTest
  @CsvSource({
    "tb.example, tb.example, 3653",
    "tb.example:99, tb.example, 99",
    "localhost, localhost, 3653",
    "192.0.2.1, 192.0.2.1, 3653",
    "192.0.2.1:99, 192.0.2.1, 99",
    "2001:db8::1, 2001:db8::1, 3653",
    "[2001:db8::1], 2001:db8::1, 3653",
    "[2001:db8::1]:99, 2001:db8::1, 99"
  })
  void readsEveryForm(String text, String host, int port) {
    assertThat(BrokerAddress.parse(text, 3653)).isEqualTo(new BrokerAddress(host, port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tb.example:3653", "192.0.2.1:99", "[2001:db8::1]:99"})
  void isWrittenAsItIsRead(String text) {
    assertThat(BrokerAddress.parse(text, 3653)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":99",
        "a b",
        "tb.example:",
        "tb.example:66000",
        "-x",
        "[::1",
        "[::1]99",
        "1.2.3",
        "1.2.3.4.5",
        "a\u001b[31m",
        "tb.example/",
        "fe80::1%eth0",
        "b\u00fccher.example"
      })
  void refusesTheRest(String text) {
    assertThatThrownBy(() -> BrokerAddress.parse(text, 3653))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesANameThatIsTooLong() {
    assertThat(BrokerAddress.ofReferral("a".repeat(253), 3653)).isPresent();
    assertThat(BrokerAddress.ofReferral("a".repeat(254), 3653)).isEmpty();
  }

  @Test
  void takesAReferralsEntryWithoutAPort() {
    assertThat(BrokerAddress.ofReferral("2001:db8::1", 3653))
        .contains(new BrokerAddress("2001:db8::1", 3653));
    assertThat(BrokerAddress.ofReferral("tb.example:99", 3653)).isEmpty();
  }
}

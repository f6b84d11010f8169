package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Nat64PrefixTest {
  private static final Inet4Address HOST = IpAddresses.parse4("192.0.2.33");

  /** The table of RFC 6052 section 2.4. */
  @ParameterizedTest
  @CsvSource({
    "2001:db8::/32, 2001:db8:c000:221::",
    "2001:db8:100::/40, 2001:db8:1c0:2:21::",
    "2001:db8:122::/48, 2001:db8:122:c000:2:2100::",
    "2001:db8:122:300::/56, 2001:db8:122:3c0:0:221::",
    "2001:db8:122:344::/64, 2001:db8:122:344:c0:2:2100::",
    "2001:db8:122:344::/96, 2001:db8:122:344::c000:221",
    "64:ff9b::/96, 64:ff9b::c000:221"
  })
  void embedsExtractsAndIsFound(String text, String expected) {
    Nat64Prefix prefix = prefix(text);
    InetAddress address = IpAddresses.parse(expected);

    assertThat(prefix.embed(HOST)).isEqualTo(address);
    assertThat(prefix.extract(address)).contains(HOST);
    assertThat(Nat64Prefix.around(address, HOST)).contains(prefix);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2001:db8:123:344:c0:2:2100::", // another prefix
        "2001:db8:122:344:1c0:2:2100:0", // bits 64 to 71 are not zero
        "2001:db8:122:344:c0:2:2100:1" // the suffix is not zero
      })
  void extractsNothingFromWhatStandsForNothing(String address) {
    assertThat(prefix("2001:db8:122:344::/64").extract(IpAddresses.parse(address))).isEmpty();
  }

  @Test
  void findsNothingAroundAnotherAddress() {
    InetAddress other = IpAddresses.parse("64:ff9b::c000:222");

    assertThat(Nat64Prefix.around(other, HOST)).isEmpty();
    assertThat(Nat64Prefix.around(HOST, HOST)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2001:db8::/33", "2001:db8::/128", "10.0.0.0/32"})
  void refusesOtherLengthsAndFamilies(String text) {
    assertThatThrownBy(() -> prefix(text)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Nat64Prefix prefix(String text) {
    return new Nat64Prefix(IpPrefix.parse(text));
  }
}

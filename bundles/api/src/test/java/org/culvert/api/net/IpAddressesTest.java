package org.culvert.api.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressesTest {

  @ParameterizedTest
  @CsvSource({
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:DB8::1, 2001:db8::1",
    "2001:0db8:0000:0000:0000:0000:0000:0001, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
    "0:0:3:4:5:6:7:8, ::3:4:5:6:7:8",
    "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "1:2:3:4:5:6:192.0.2.33, 1:2:3:4:5:6:c000:221",
    "192.0.2.33, 192.0.2.33",
    "0.0.0.0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
  })
  void readsEveryFormAndWritesTheRecommendedOne(String text, String recommended) {
    assertThat(IpAddresses.text(IpAddresses.parse(text))).isEqualTo(recommended);
  }

  @Test
  void gapThatStandsForNoGroupIsReadAsTheRfcPrintsIt() {
    assertThat(IpAddresses.text(IpAddresses.parse("3ffe:b00:c18:ffff::0000:0000:0000:0001")))
        .isEqualTo("3ffe:b00:c18:ffff::1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":::",
        "1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5::6:7:8:9",
        "1::2::3",
        ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "12345::",
        "g::",
        "::\u0661",
        "::1%eth0",
        "[::1]",
        "::1/64",
        " ::1",
        "::ffff:192.0.2.1",
        "1.2.3.4::",
        "1:1.2.3.4::5",
        "1:2:3:4:5:6:7:192.0.2.1",
        "::192.0.2",
        "::192.0.2.1:1",
        "192.0.2",
        "192.0.2.1.5",
        "192.0.2.256",
        "192.0.2.01",
        "192.0.2.",
        ".192.0.2",
        "192.0.2.-1",
        "192.0.2.+1",
        "192.0.2.\u0661",
        "0x7f.0.0.1",
        "2130706433",
        "localhost",
        "192.0.2.1\n",
      })
  void refusesAnythingElse(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> IpAddresses.parse(text));
  }

  @Test
  void eachFamilyRefusesTheOther() {
    assertThatIllegalArgumentException().isThrownBy(() -> IpAddresses.parse4("::1"));
    assertThatIllegalArgumentException().isThrownBy(() -> IpAddresses.parse6("192.0.2.1"));
  }

  @Test
  void uncompressedFormHasEightGroupsOfFourDigits() {
    assertThat(IpAddresses.uncompressed(IpAddresses.parse("2001:db8:1234::")))
        .isEqualTo("2001:0db8:1234:0000:0000:0000:0000:0000");
    assertThat(IpAddresses.uncompressed(IpAddresses.parse("192.0.2.1"))).isEqualTo("192.0.2.1");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5, 15, 17})
  void refusesOctetsOfAnotherNumber(int length) {
    assertThatIllegalArgumentException().isThrownBy(() -> IpAddresses.of(new byte[length]));
  }

  @Property
  void everyAddressComesBackFromBothForms(@ForAll @Size(16) byte[] octets) {
    InetAddress address = IpAddresses.of(octets);

    assertThat(IpAddresses.parse(IpAddresses.text(address))).isEqualTo(address);
    assertThat(IpAddresses.parse(IpAddresses.uncompressed(address))).isEqualTo(address);
  }

  @Property
  void everyIpv4AddressComesBack(@ForAll @Size(4) byte[] octets) {
    InetAddress address = IpAddresses.of(octets);

    assertThat(IpAddresses.parse(IpAddresses.text(address))).isEqualTo(address);
  }

  @Property
  void sparseAddressesComeBackInShortForm(@ForAll @Size(8) boolean[] groups) {
    byte[] octets = new byte[16];
    octets[0] = 0x20;
    for (int i = 0; i < 8; i++) {
      octets[2 * i + 1] = (byte) (groups[i] ? i + 1 : 0);
    }
    InetAddress address = IpAddresses.of(octets);

    assertThat(IpAddresses.parse(IpAddresses.text(address))).isEqualTo(address);
    assertThat(IpAddresses.text(address).contains("::"))
        .isEqualTo(IpAddresses.uncompressed(address).contains("0000:0000"));
  }

  @Property
  void anyTextIsReadOrRefused(
      @ForAll @StringLength(max = 45) @CharRange(from = '.', to = 'g') String text) {
    try {
      assertThat(IpAddresses.parse(text)).isNotNull();
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageContaining("not an IP address");
    }
  }
}

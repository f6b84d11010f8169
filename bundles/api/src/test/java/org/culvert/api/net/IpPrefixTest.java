package org.culvert.api.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {

  @ParameterizedTest
  @ValueSource(strings = {"2001:db8::/32", "::/0", "2001:db8::1/128", "192.0.2.0/24", "0.0.0.0/0"})
  void textComesBack(String text) {
    assertThat(IpPrefix.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2001:db8::",
        "2001:db8::/",
        "2001:db8::/x",
        "2001:db8::/-1",
        "2001:db8::/+32",
        "2001:db8::/129",
        "2001:db8::/9999999999",
        "2001:db8::/32/32",
        "2001:db8::/ 32",
        "2001:db8::/\u0663\u0662",
        "2001:db8::1/64",
        "192.0.2.0/33",
        "192.0.2.1/24",
        "/64",
        "",
      })
  void refusesTextThatIsNoPrefix(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::, false",
    "2001:db8::/33, 2001:db8:8000::, false",
    "::/0, ffff::, true",
    "::/0, 192.0.2.1, false",
    "0.0.0.0/0, ::1, false",
    "192.0.2.0/25, 192.0.2.127, true",
    "192.0.2.0/25, 192.0.2.128, false",
    "2001:db8::1/128, 2001:db8::1, true",
    "2001:db8::1/128, 2001:db8::2, false",
  })
  void containsAddressesOfItsFamilyThatShareItsBits(String prefix, String address, boolean inside) {
    assertThat(IpPrefix.parse(prefix).contains(IpAddresses.parse(address))).isEqualTo(inside);
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8::/32, 2001:db8:1::/48, true, true",
    "2001:db8:1::/48, 2001:db8::/32, false, true",
    "2001:db8::/32, 2001:db8::/32, true, true",
    "2001:db8::/48, 2001:db8:1::/48, false, false",
    "::/0, 0.0.0.0/0, false, false",
  })
  void containsAndOverlapsPrefixes(String one, String other, boolean contains, boolean overlaps) {
    assertThat(IpPrefix.parse(one).contains(IpPrefix.parse(other))).isEqualTo(contains);
    assertThat(IpPrefix.parse(one).overlaps(IpPrefix.parse(other))).isEqualTo(overlaps);
    assertThat(IpPrefix.parse(other).overlaps(IpPrefix.parse(one))).isEqualTo(overlaps);
  }

  @Test
  void hostPrefixHoldsOneAddress() {
    assertThat(IpPrefix.host(IpAddresses.parse("2001:db8::1"))).hasToString("2001:db8::1/128");
    assertThat(IpPrefix.host(IpAddresses.parse("192.0.2.1"))).hasToString("192.0.2.1/32");
  }

  @Property
  void prefixMadeAroundAnAddressContainsIt(
      @ForAll @Size(16) byte[] octets, @ForAll @IntRange(max = 128) int length) {
    InetAddress address = IpAddresses.of(octets);
    int fitting = Math.min(length, address.getAddress().length * 8);
    IpPrefix prefix = IpPrefix.containing(address, fitting);

    assertThat(prefix.contains(address)).isTrue();
    assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
  }

  @Property
  void addressWithOneBitOfThePrefixTurnedLiesOutside(
      @ForAll @Size(16) byte[] octets,
      @ForAll @IntRange(min = 1, max = 128) int length,
      @ForAll @IntRange(max = 127) int bit) {
    octets[0] = 0x20;
    IpPrefix prefix = IpPrefix.containing(IpAddresses.of(octets), length);
    octets[bit / 8] ^= (byte) (0x80 >> bit % 8);

    assertThat(prefix.contains(IpAddresses.of(octets))).isEqualTo(bit >= length);
  }

  @Test
  void interfaceAddressKeepsItsHostBits() {
    assertThat(new InterfaceAddress(IpAddresses.parse("2001:db8::5"), 64))
        .hasToString("2001:db8::5/64");
    assertThat(InterfaceAddress.host(IpAddresses.parse("192.0.2.1"))).hasToString("192.0.2.1/32");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InterfaceAddress(IpAddresses.parse("192.0.2.1"), 33));
  }
}

package org.culvert.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Addresses and prefixes out of any text. */
class AddressFuzz {
  static Stream<byte[]> golden() {
    return Stream.of(
            "198.51.100.2",
            "2001:0db8:1234:0000:0000:0000:0000:0001",
            "3ffe:b00:c18:ffff::0000:0000:0000:0001",
            "::ffff:192.0.2.1",
            "::",
            "2001:db8:1234::/48",
            "192.0.2.0/24")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("golden")
  @FuzzTest
  void areReadOrRefused(byte[] octets) {
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    try {
      InetAddress address = IpAddresses.parse(text);
      assertThat(IpAddresses.parse(IpAddresses.uncompressed(address))).isEqualTo(address);
      assertThat(IpAddresses.parse(IpAddresses.text(address))).isEqualTo(address);
    } catch (IllegalArgumentException e) {
      // No address.
    }
    IpPrefix prefix;
    try {
      prefix = IpPrefix.parse(text);
    } catch (IllegalArgumentException e) {
      return;
    }
    assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
    assertThat(prefix.contains(prefix.network())).isTrue();
  }
}

package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.client.Advertisements.message;
import static org.culvert.client.Advertisements.pref64;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.culvert.api.net.IpPrefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Router advertisements come from whoever is on the link. */
class Pref64Test {
  private static final String WELL_KNOWN = "0064ff9b 00000000 00000000";
  private static final String SOURCE_LINK_LAYER = "01 01 020000000001";
  private static final String MTU = "05 01 0000 00000514";

  @ParameterizedTest
  @CsvSource({
    "0, 0064ff9b0000000000000000, 64:ff9b::/96",
    "1, 20010db80122034400000000, 2001:db8:122:344::/64",
    "2, 20010db80122030000000000, 2001:db8:122:300::/56",
    "3, 20010db80122000000000000, 2001:db8:122::/48",
    "4, 20010db80100000000000000, 2001:db8:100::/40",
    "5, 20010db80000000000000000, 2001:db8::/32"
  })
  void readsEachLength(int code, String octets, String prefix) {
    assertThat(Pref64.in(message(SOURCE_LINK_LAYER, pref64(1800, code, octets), MTU)))
        .containsExactly(option(prefix, 1800));
  }

  @Test
  void readsSeveralAndTheirLifetimes() {
    assertThat(
            Pref64.in(
                message(
                    pref64(0, 0, WELL_KNOWN),
                    pref64(8, 0, "20010db8 00640000 00000000"),
                    pref64(65_528, 0, "20010db8 00460000 00000000"))))
        .containsExactly(
            option("64:ff9b::/96", 0),
            option("2001:db8:64::/96", 8),
            option("2001:db8:46::/96", 65_528));
  }

  @Test
  void ignoresBitsBeyondThePrefix() {
    assertThat(Pref64.in(message(pref64(1800, 5, "20010db8 ffffffff ffffffff"))))
        .containsExactly(option("2001:db8::/32", 1800));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "26 02 070e 0064ff9b 00000000 00000000", // code 6
        "26 02 070f 0064ff9b 00000000 00000000", // code 7
        "26 01 0708 0064ff9b", // too short
        "26 03 0708 0064ff9b 00000000 00000000 0000000000000000", // too long
        "26 02 0708 00000000 00000000 0000ffff", // IPv4 in the notation of IPv6
        "26 02 070d 00000000 00000000 0000ffff", // the same beyond the prefix
        "26 02 0708 00000000 00000000 00000000",
        "26 02 0708 fe800000 00000000 00000000",
        "26 02 0708 ff020000 00000000 00000000"
      })
  void leavesOutWhatCannotBeUsedAndReadsOn(String option) {
    assertThat(Pref64.in(message(option, pref64(1800, 0, WELL_KNOWN))))
        .containsExactly(option("64:ff9b::/96", 1800));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01 00 020000000001", // a length of nothing
        "01", // no length
        "01 02 020000000001", // longer than what is there
        "26 ff 0708 0064ff9b 00000000 00000000",
        "26 02 0708 0064ff9b 00000000"
      })
  void discardsTheWholeMessageForOneOptionWithoutEnd(String option) {
    assertThat(Pref64.in(message(pref64(1800, 0, WELL_KNOWN), option))).isEmpty();
  }

  @Test
  void findsNothingInAMessageThatIsCutAnywhereButBetweenOptions() {
    byte[] whole = Advertisements.with(pref64(1800, 0, WELL_KNOWN), MTU);
    for (int length = 0; length < whole.length; length++) {
      List<Pref64> found = Pref64.in(ByteBuffer.wrap(Arrays.copyOf(whole, length)));
      assertThat(found).hasSize(length == 32 ? 1 : 0);
    }
  }

  @Test
  void bearsAnyOctets() {
    Random random = new Random(8781);
    for (int i = 0; i < 100_000; i++) {
      byte[] octets = new byte[random.nextInt(120)];
      random.nextBytes(octets);
      for (int at = 16; at + 1 < octets.length; at += 1 + random.nextInt(24)) {
        octets[at] = 38;
        octets[at + 1] = (byte) random.nextInt(4);
      }
      assertThat(Pref64.in(ByteBuffer.wrap(octets)).size()).isLessThanOrEqualTo(6);
    }
  }

  private static Pref64 option(String prefix, int seconds) {
    return new Pref64(new Nat64Prefix(IpPrefix.parse(prefix)), Duration.ofSeconds(seconds));
  }
}

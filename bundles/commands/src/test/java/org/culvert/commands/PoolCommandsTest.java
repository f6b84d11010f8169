package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.broker.PrefixReservation;
import org.culvert.api.net.IpPrefix;
import org.junit.jupiter.api.Test;

class PoolCommandsTest {
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:8000::/40");
  private static final BigInteger ENDLESS = new BigInteger("309485009821345068724776702");

  @Test
  void poolsShowWhatIsFreeInEightyColumns() {
    Listing listing = PoolsCommand.listing();
    listing.add(PoolsCommand.row(new PoolUse(POOL, "endpoint", 3, ENDLESS)));
    listing.add(
        PoolsCommand.row(
            new PoolUse(
                "home",
                POOL,
                "prefix",
                2,
                BigInteger.valueOf(65_536),
                Map.of(48, 1L, 41, 1L, 56, 250L))));
    listing.add(PoolsCommand.row(new PoolUse("full", POOL, "prefix", 1, BigInteger.ONE, Map.of())));

    assertThat(listing.table(80)).hasSize(6);
    assertThat(listing.table(80)).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    assertThat(listing.table(80).get(2)).contains("/41", POOL.toString());
    assertThat(listing.table(80).get(3)).isEqualTo("    home; free: 1 x /41, 1 x /48, 250 x /56");
    assertThat(listing.table(80).get(5)).isEqualTo("    full; nothing free");
  }

  @Test
  void poolsInJsonHaveTheirBlocksByLength() {
    Map<String, Object> row =
        PoolsCommand.row(
            new PoolUse(
                "home", POOL, "prefix", 2, BigInteger.valueOf(65_536), Map.of(48, 1L, 41, 2L)));

    assertThat(Json.write(row).replaceAll("\\s", ""))
        .contains("\"largest\":41,", "\"percent\":0.0,", "\"capacity\":65536,")
        .contains("\"free\":{\"/41\":2,\"/48\":1}");
  }

  @Test
  void aCapacityIsExactInJsonHoweverLargeItIs() {
    PoolUse addresses = new PoolUse(POOL, "endpoint", 3, ENDLESS);
    PoolUse prefixes = new PoolUse("all", POOL, "prefix", 3, BigInteger.TWO.pow(63), Map.of());

    assertThat(Json.write(PoolsCommand.row(addresses)))
        .contains("\"capacity\": 309485009821345068724776702,", "\"percent\": 0.0,");
    assertThat(Json.write(PoolsCommand.row(prefixes)))
        .contains("\"capacity\": 9223372036854775808,");
    assertThat(Text.of(PoolsCommand.row(addresses).get("capacity"))).isEqualTo("about 2^88");
    assertThat(Text.of(PoolsCommand.row(prefixes).get("capacity"))).isEqualTo("2^63");
  }

  @Test
  void reservationsNameUserPrefixAndState() {
    Listing listing = ReservationsCommand.listing();
    listing.add(
        ReservationsCommand.row(
            new PrefixReservation("home", "alice", POOL, PrefixReservation.State.BLOCKED)));

    assertThat(listing.table(80).get(1)).matches("blocked +2001:db8:8000::/40 +home +alice");
  }

  @Test
  void violationsStandOneOnEachLineWhole() {
    List<String> violations = List.of("lease 1 of \u001b[2J: " + "long ".repeat(30) + "end");

    assertThat(printed(false, violations)).contains("\\u001b[2J", "end\n", "1 violations.");
    assertThat(printed(false, List.of())).isEqualTo("All is as it should be.\n");
    assertThat(printed(true, violations)).contains("\"violation\": \"lease 1 of ");
    assertThat(printed(true, List.of())).isEqualTo("[]\n");
  }

  private static String printed(boolean json, List<String> violations) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    VerifyLeasesCommand.print(new PrintStream(out, true, StandardCharsets.UTF_8), json, violations);
    return out.toString(StandardCharsets.UTF_8);
  }
}

package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class ListingTest {
  @Test
  void linesColumnsUp() {
    Listing listing = new Listing("id", "user");
    listing.add(Map.of("id", "660d2462", "user", "alice"));
    listing.add(Map.of("id", "1", "user", "bob"));

    assertThat(listing.table(80))
        .containsExactly("ID        USER", "660d2462  alice", "1         bob");
  }

  @Test
  void neverExceedsEightyColumns() {
    Listing listing = new Listing("id", "user").secondLine(row -> "x".repeat(200));
    listing.add(Map.of("id", "660d2462", "user", "u".repeat(200)));

    assertThat(listing.table(80)).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    assertThat(listing.table(80).get(1)).endsWith("…");
  }

  @Test
  void widestColumnGivesWayAndNoneIsHidden() {
    Listing listing = new Listing("service", "state");
    listing.add(Map.of("service", "bind@" + "x".repeat(100), "state", "failed"));

    assertThat(listing.table(60).get(1)).hasSize(60).contains("…").endsWith("  failed");
    assertThat(listing.table(130).get(1)).doesNotContain("…").endsWith("  failed");
  }

  @Test
  void nothingIsCutWhereThereIsNoTerminal() {
    Listing listing = new Listing("id", "user").secondLine(row -> "long ".repeat(100) + "end");
    listing.add(Map.of("id", "1", "user", "u".repeat(200)));

    assertThat(listing.table(Width.NONE)).hasSize(3).noneMatch(line -> line.contains("…"));
  }

  @Test
  void rowsAreMadeAsTheyArePrinted() {
    AtomicInteger made = new AtomicInteger();
    Listing listing = new Listing("id");
    for (int i = 0; i < 3; i++) {
      listing.add(() -> Map.of("id", made.incrementAndGet()));
    }

    assertThat(made).hasValue(0);
    assertThat(printed(listing, true).replaceAll("\\s+", ""))
        .isEqualTo("[{\"id\":1},{\"id\":2},{\"id\":3}]");
  }

  @Test
  @Threat("T28")
  void lettersOfTheWireCannotSteerTheTerminal() {
    Listing listing = new Listing("user");
    listing.add(Map.of("user", "a\u001b[2Jb\r\nc\u202e"));

    assertThat(listing.table(80).get(1)).isEqualTo("a\\u001b[2Jb\\u000d\\u000ac\\u202e");
  }

  @Test
  void saysThatThereIsNothing() {
    assertThat(printed(new Listing("id"), false)).isEqualTo("none");
    assertThat(printed(new Listing("id"), true)).isEqualTo("[]");
  }

  @Test
  void jsonHasWhatNoColumnShows() {
    Listing listing = new Listing("id");
    listing.add(Map.of("id", "1", "remote", "192.0.2.1:3653"));

    assertThat(printed(listing, true)).contains("\"remote\": \"192.0.2.1:3653\"");
    assertThat(printed(listing, false)).doesNotContain("remote");
  }

  private static String printed(Listing listing, boolean json) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    listing.print(new PrintStream(out, true, StandardCharsets.UTF_8), json, 80);
    return out.toString(StandardCharsets.UTF_8).strip();
  }
}

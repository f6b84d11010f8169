package org.culvert.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.culvert.registry.Settings.Show;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhoisTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2001:db8:1:7::1",
        "2001:db8:1:7:ffff:ffff:ffff:ffff",
        "2001:db8:1:7::/64",
        "2001:db8:1:7::5/80",
        "-r -T inet6num 2001:db8:1:7::1",
        "  2001:db8:1:7::1  "
      })
  void findsTheAssignmentThatAnAddressOrPrefixLiesIn(String query) {
    assertThat(ask(Show.HANDLE, query.replace("-T inet6num", "-Tinet6num")))
        .contains(
            """
            inet6num:       2001:db8:1:7::/64
            netname:        EXAMPLE-TUNNEL
            descr:          Assigned to a user of Example Network
            country:        DE
            admin-c:        ALICE-EXAMPLE
            tech-c:         OPS1-EXAMPLE
            status:         ASSIGNED
            mnt-by:         EXAMPLE-MNT
            """
                .replace("\n", "\r\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2001:db8:1:6::1", "2001:db8:1:8::", "2001:db8:1::/48", "2001:db8::/32"})
  void tellsTheOperatorsNetworkWhereNobodyHoldsAPart(String query) {
    assertThat(ask(Show.USER, query))
        .contains("inet6num:       2001:db8::/32\r\n", "status:         ALLOCATED-BY-LIR")
        .doesNotContain("alice", "ALICE", "created:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2001:db9::1", "2001::/16", "192.0.2.1", "nobody", "X1-EXAMPLE", "1:2", "::/129"})
  void findsNothingElse(String query) {
    assertThat(ask(Show.USER, query)).endsWith("%ERROR:101: no entries found\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-r"})
  void asksForAKey(String query) {
    assertThat(ask(Show.USER, query)).contains("%ERROR:106");
  }

  @Test
  void tellsNothingOfTheHolderUnlessTheOperatorSaysSo() {
    assertThat(ask(Show.NONE, "2001:db8:1:7::1"))
        .contains("status:         ASSIGNED", "admin-c:        OPS1-EXAMPLE")
        .doesNotContainIgnoringCase("alice");
    assertThat(ask(Show.NONE, "ALICE-EXAMPLE")).contains("%ERROR:101");
    assertThat(ask(Show.HANDLE, "2001:db8:1:7::1"))
        .contains("nic-hdl:        ALICE-EXAMPLE")
        .doesNotContain("alice");
    assertThat(ask(Show.USER, "alice-example"))
        .contains("person:         alice\r\n", "nic-hdl:        ALICE-EXAMPLE");
  }

  @Test
  void tellsWhereToWriteAboutAbuse() {
    assertThat(ask(Show.NONE, "2001:db8:1:7::1"))
        .contains("role:           Example Network", "abuse-mailbox:  abuse@example.net");
  }

  @Test
  void keepsAnAnswerWhatItIsWhateverAUserIsCalled() {
    Whois whois =
        new Whois(
            Samples.directory(Show.USER, Samples.lease(7, "a\r\nsource:evil\u001b[2J\u00e9")));

    assertThat(whois.answer("2001:db8:1:7::1"))
        .contains("descr:          User a??source:evil?[2J?\r\n")
        .doesNotContain("\nsource:evil", "\u001b");
  }

  private static String ask(Show show, String query) {
    return new Whois(Samples.directory(show, Samples.lease(7, "alice"))).answer(query);
  }
}

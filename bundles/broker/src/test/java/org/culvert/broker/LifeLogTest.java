package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.culvert.api.lease.Lease;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpAddresses;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class LifeLogTest {

  /**
   * A second line, a sequence that moves the cursor, one that turns the text round, a line of
   * Unicode.
   */
  @Threat("T28")
  @Test
  void nameForgesNoLineAndMovesNoCursor() {
    assertThat(LifeLog.printable("eve\r\n2026 | INFO | alice: ended"))
        .isEqualTo("eve??2026?|?INFO?|?alice:?ended");
    assertThat(LifeLog.printable("\u001b[2Jeve\u009b1A\u0000\u007f")).isEqualTo("?[2Jeve?1A??");
    assertThat(LifeLog.printable("a\u202eb\u2028c\u2066d")).isEqualTo("a?b?c?d");
    assertThat(LifeLog.printable("jörg@example.org")).isEqualTo("jörg@example.org");
  }

  @Threat("T28")
  @Test
  void nameFillsNoLog() {
    assertThat(LifeLog.printable("x".repeat(100_000))).hasSize(64);
  }

  @Threat("T28")
  @Test
  void lineOfAnEventHasNothingOfAForgedName() {
    Lease lease = SampleLeases.active(1);
    String line =
        LifeLog.line(named(lease, "eve\r\n2026 | INFO | alice\u001b[2J"), "deleted by its user");

    assertThat(line)
        .isEqualTo(
            LifeLog.line(named(lease, "eve??2026?|?INFO?|?alice?[2J"), "deleted by its user"))
        .endsWith(": deleted by its user")
        .doesNotContainPattern("\\p{Cntrl}");
  }

  @Threat("T28")
  @Test
  void lineOfAnEventShowsTheUsersAddressAsTheOperatorWants() {
    Lease lease = SampleLeases.active(1);
    String address = IpAddresses.text(lease.outer().remote().getAddress());
    assertThat(LifeLog.line(lease, "accepted")).contains(" to " + address);

    try (UserAddresses.Registration hashed = UserAddresses.in(one -> "#1f")) {
      assertThat(LifeLog.line(lease, "accepted")).contains(" to #1f").doesNotContain(address);
    }
  }

  private static Lease named(Lease lease, String owner) {
    return new Lease(
        lease.id(),
        owner,
        lease.anonymous(),
        lease.state(),
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        lease.prefix(),
        lease.keepAlive(),
        lease.arrangements(),
        lease.grant(),
        lease.created(),
        lease.expires(),
        lease.revision());
  }
}

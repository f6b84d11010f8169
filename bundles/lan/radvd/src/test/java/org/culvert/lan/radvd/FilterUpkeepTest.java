package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.recurrence.Recurrences;
import org.culvert.api.service.ServedTunnel;
import org.culvert.testkit.debian.DebianPackages;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that changes the filter in the moment between its putting up and the look at it. */
class FilterUpkeepTest {
  private static final ServedTunnel TUNNEL = Samples.tunnel("2001:db8:1::/48", "tun0");

  /** Keeps a table in a file; while there is a file "hunter" it empties a chain of it. */
  private static final String NFT =
      """
      #!/bin/sh
      cd "%s" || exit 1
      case "$*" in
      *" -f -") sed 1,2d >table; echo >>calls
        [ ! -e hunter ] || sed -i '/chain input/,/}/{/type\\|iif/d}' table ;;
      *) cat table ;;
      esac
      """;

  @TempDir Path directory;

  private Firewall firewall;

  @BeforeEach
  void build() throws Exception {
    Assumptions.assumeTrue(DebianPackages.provide("/usr/sbin/nft=nftables"), "needs nft");
    Path program = directory.resolve("nft");
    Files.writeString(program, NFT.formatted(directory));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    firewall =
        new Firewall(
            new Programs(List.of(program.toString())),
            Configs.of("lan0").in(directory).settings(),
            new DeafFilters());
  }

  @Test
  void whatIsFoundIsNotTakenForWhatWasPutUp() throws Exception {
    Files.createFile(directory.resolve("hunter"));
    raise();
    assertThat(firewall.stands()).isFalse();

    Files.delete(directory.resolve("hunter"));
    firewall.look();

    assertThat(firewall.stands()).isTrue();
  }

  @Test
  void whoeverChangesItAgainAndAgainIsAnsweredByTheLooksAlone() throws Exception {
    raise();
    Files.createFile(directory.resolve("hunter"));
    for (int i = 0; i < 2 * Recurrences.PATIENCE; i++) {
      firewall.gone(Firewall.TABLE);
      firewall.changed(Firewall.TABLE);
    }
    int answers = calls();
    assertThat(answers).isLessThan(2 * Recurrences.PATIENCE);

    firewall.look();
    firewall.look();

    assertThat(calls()).isEqualTo(answers + 2);
  }

  private int calls() throws Exception {
    return Files.readAllLines(directory.resolve("calls")).size();
  }

  private void raise() throws Exception {
    firewall.raise(TUNNEL, "tun0", List.of(IpPrefix.parse("2001:db8:1::/48")));
  }
}

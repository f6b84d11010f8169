package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An FRR that forgets at once what it is told, as by a restart, as often as a file has lines. */
final class ProvisionTest {
  private static final ServedTunnel TUNNEL = Tunnels.rip(Side.SERVER);

  private static final String FRR =
      """
      #!/bin/sh
      cd "%s" || exit 1
      case "$*" in
      *"configure terminal"*)
        if [ -s forget ]; then sed -i 1d forget; else cp wanted running; fi ;;
      *"show version"*) printf 'FRRouting 10.0\n zebra ripngd\n' ;;
      *"show running-config"*) echo 'Current configuration:'; cat running ;;
      esac
      """;

  @TempDir Path directory;

  private Provision provision;

  @BeforeEach
  void begin() throws Exception {
    FrrSettings settings = Configs.settings(Map.of());
    Path program = directory.resolve("vtysh");
    Files.writeString(program, FRR.formatted(directory));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    provision =
        new Provision(
            settings,
            new Vtysh(program.toString(), List.of(), Duration.ofMinutes(1), Vtysh.LONGEST_ANSWER));
    Files.writeString(directory.resolve("running"), "");
    Files.writeString(
        directory.resolve("wanted"),
        new RipngLines(settings)
            .lines(TUNNEL, RunningConfig.parse("")).stream()
                .map(line -> " ".repeat(line.path().size()) + line.text() + "\n")
                .collect(Collectors.joining()));
  }

  @Test
  void saysAgainWhatWasForgottenAtOnce() throws Exception {
    Files.writeString(directory.resolve("forget"), "once\n");

    provision.provide(TUNNEL);

    assertThat(provision.verify(TUNNEL)).isEmpty();
  }

  @Test
  void doesNotSayItForEver() throws Exception {
    Files.writeString(directory.resolve("forget"), "again\n".repeat(1_000));

    assertThatThrownBy(() -> provision.provide(TUNNEL))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("FRR refused nothing, but ");
  }
}

package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LansTest {
  private static final ServedTunnel TUNNEL = Samples.tunnel("2001:db8:1::/48", "tun0");

  @TempDir Path directory;

  @Test
  void callsNoProgramOnceAllIsTakenBack() throws IOException {
    Path calls = directory.resolve("calls");
    Path program = directory.resolve("recorder");
    Files.writeString(program, "#!/bin/sh\necho \"$@\" >> \"" + calls + "\"\nexit 1\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    RadvdPrefixService service =
        new RadvdPrefixService(
            Configs.of("lan0").in(directory).with("firewall", false).settings(),
            new Programs(List.of(program.toString())),
            new DeafFilters());
    service.stop();

    assertThatThrownBy(() -> service.provide(TUNNEL)).isInstanceOf(ServiceException.class);
    assertThatThrownBy(() -> service.withdraw(TUNNEL)).isInstanceOf(ServiceException.class);

    assertThat(calls).doesNotExist();
  }
}

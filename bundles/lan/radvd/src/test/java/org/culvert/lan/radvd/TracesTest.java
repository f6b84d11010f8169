package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServiceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracesTest {
  private static final IpPrefix PREFIX = IpPrefix.parse("2001:db8:1::/48");

  @TempDir Path directory;

  @Test
  void survivesACrash() throws Exception {
    Path file = directory.resolve("deep/added");
    Traces.Trace trace =
        new Traces.Trace(Set.of(PREFIX), Subnet.divide(Configs.of("e", "f").settings(), PREFIX));

    new Traces(file).remember(trace);

    assertThat(new Traces(file).recall()).isEqualTo(trace);
  }

  @Test
  void ignoresWhatMakesNoSense() throws Exception {
    Path file = directory.resolve("added");
    Files.writeString(file, "address -6 2001:db8::1/64\nwhat\naddress e 2001:db8::1/64/7\n");

    assertThat(new Traces(file).recall().subnets()).isEmpty();
  }

  @Test
  void addsNothingThatItCannotRemember() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");

    assertThatThrownBy(
            () ->
                new Traces(file.resolve("added"))
                    .remember(new Traces.Trace(Set.of(PREFIX), List.of())))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("cannot be written");
  }
}

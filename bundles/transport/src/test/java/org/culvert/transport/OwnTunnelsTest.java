package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnTunnelsTest {
  @TempDir Path root;

  private Path process;
  private Path devices;

  @BeforeEach
  void make() throws IOException {
    process = root.resolve("self");
    devices = root.resolve("net");
    Files.createDirectories(process.resolve("fd"));
    Files.createDirectories(process.resolve("fdinfo"));
    Files.createDirectories(devices);
  }

  @Test
  void knowsTheTunDevicesThatThisProcessHolds() throws IOException {
    descriptor("7", "/dev/net/tun", "pos:\t0\nflags:\t0104002\niff:\tculvert0\n");
    descriptor("8", "/dev/null", "pos:\t0\niff:\teth0\n");
    descriptor("9", "/dev/net/tun", "pos:\t0\n");

    assertThat(names()).containsExactly("culvert0");
  }

  @Test
  void knowsTheKernelsTunnelsByTheirMark() throws IOException {
    alias("cv0123456789ab", "culvert server tunnel 1\n");
    alias("ppp0", "culverts uplink\n");
    Files.createDirectories(devices.resolve("eth0"));

    assertThat(names()).containsExactly("cv0123456789ab");
  }

  @Test
  void knowsNoneWhereTheKernelDoesNotTell() {
    assertThat(new OwnTunnels(root.resolve("no"), root.resolve("no")).names()).isEmpty();
  }

  @Test
  void addressesOnThemAreNotServed() throws IOException {
    InetAddress loopback = IpAddresses.parse("127.0.0.1");

    assertThat(Addresses.ofThisNode(Set.of())).contains(loopback);
    assertThat(Addresses.ofThisNode(Set.of("lo"))).doesNotContain(loopback);
  }

  private Set<String> names() {
    return new OwnTunnels(process, devices).names();
  }

  private void descriptor(String number, String target, String info) throws IOException {
    Files.createSymbolicLink(process.resolve("fd").resolve(number), Path.of(target));
    Files.writeString(process.resolve("fdinfo").resolve(number), info);
  }

  private void alias(String device, String alias) throws IOException {
    Files.createDirectories(devices.resolve(device));
    Files.writeString(devices.resolve(device).resolve("ifalias"), alias);
  }
}

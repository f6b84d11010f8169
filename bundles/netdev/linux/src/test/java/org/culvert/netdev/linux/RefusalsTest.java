package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.culvert.api.net.IpAddresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator reads when the operating system says no; needs no rights. */
class RefusalsTest {
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(IpAddresses.parse("192.0.2.1"), 3653);

  @Test
  void namesTheCapabilityThatIsMissing() {
    assertThat(LinuxTunDevice.openFailure(Errno.EPERM)).hasMessageContaining("CAP_NET_ADMIN");
    assertThat(LinuxTunDevice.makeFailure("tun0", Errno.EPERM))
        .hasMessageContaining("opening a TUN device needs CAP_NET_ADMIN");
    assertThat(RawOuterSocket.openFailure(41, Errno.EPERM))
        .hasMessageContaining("IP protocol 41 needs CAP_NET_RAW");
    assertThat(new Netlink.Answer(Errno.EPERM, "").failure("adding ::/0 to tun0"))
        .hasMessageStartingWith("adding ::/0 to tun0 needs CAP_NET_ADMIN");
    assertThat(BatchedSocket.bindFailure(LOCAL, Errno.EACCES))
        .hasMessageContaining("CAP_NET_BIND_SERVICE");
  }

  @Test
  void saysThatTheTunDriverIsMissing() {
    assertThat(LinuxTunDevice.openFailure(Errno.ENOENT))
        .hasMessageStartingWith("/dev/net/tun is missing");
  }

  @Test
  void saysWhatIsWrongWithAnAddress() {
    assertThat(BatchedSocket.bindFailure(LOCAL, Errno.EADDRINUSE))
        .hasMessageStartingWith("UDP port 3653 of 192.0.2.1 is in use");
    assertThat(BatchedSocket.bindFailure(LOCAL, Errno.EADDRNOTAVAIL))
        .hasMessage(
            "no interface of this host has the address 192.0.2.1;"
                + " type: ip address add 192.0.2.1/32 dev INTERFACE");
  }

  @Test
  void givesTheNumberOfAnErrorWithoutWords() {
    assertThat(Errno.failure("reading", 77)).hasMessageContaining("(errno 77)");
    assertThat(Errno.failure("reading", 200)).hasMessage("reading failed: errno 200");
  }

  @ParameterizedTest
  @CsvSource({"Mac OS X,aarch64", "Windows 11,amd64", "Linux,i386", "Linux,arm", "Linux,riscv64"})
  void refusesAnotherSystemInOneLine(String system, String machine) {
    assertThatThrownBy(() -> Libc.refuseUnsuitable(system, machine))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "network devices need 64-bit Linux on x86_64 or aarch64; this is "
                + system
                + " on "
                + machine);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a/b",
        "tun 0",
        "tun%d",
        "tun0;id",
        "tun0\n",
        "$(id)",
        "tün0",
        "sixteencharacter",
        "tun0\0"
      })
  void refusesANameThatIsMoreThanAName(String name) {
    assertThatThrownBy(() -> DeviceName.checked(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 15");
    assertThatThrownBy(() -> new LinuxNetworkDevices().openTun(name, 1280))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"culvert0", "a", "fifteencharacte", "tun.6_-x"})
  void takesAPlainName(String name) {
    assertThat(DeviceName.checked(name)).isEqualTo(name);
  }
}

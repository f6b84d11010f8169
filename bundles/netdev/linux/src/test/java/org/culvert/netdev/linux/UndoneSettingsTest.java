package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A host's settings that another program changes back while they are being set. */
@ExtendWith(OwnNetwork.class)
class UndoneSettingsTest {
  /** The moment is short, and is not met each time. */
  private static final int ROUNDS = 200;

  private static final Sysctl FORWARDING = Sysctl.of("ipv6", "conf", "all", "forwarding");

  private static final HostConfiguration WANTED =
      new HostConfiguration(
          Side.SERVER,
          Set.of(IpPrefix.parse("10.64.0.0/16")),
          Set.of(),
          Set.of(IpVersion.IPV6),
          Set.of(),
          Set.of(HostSetting.FORWARDING));

  private final LinuxHostNetwork host = new LinuxHostNetwork();

  @BeforeEach
  void doNotForward() throws Exception {
    Sysctl.of("ipv4", "ip_forward").set(0);
    Sysctl.of("ipv6", "conf", "default", "accept_ra").set(1);
    FORWARDING.set(0);
  }

  @Test
  void whatIsOffForNowHidesNothingElse() throws Exception {
    host.configure(WANTED);
    assertThat(FORWARDING.value()).contains(1);
    assertThat(Sysctl.of("ipv4", "ip_forward").value()).as("no tunnel needs it yet").contains(0);
    FORWARDING.set(0);

    host.configure(WANTED);

    assertThat(FORWARDING.value()).contains(1);
  }

  @Test
  void forwardingIsSwitchedOnAgain() throws Exception {
    host.configure(WANTED);

    for (int i = 0; i < ROUNDS; i++) {
      FORWARDING.set(0);
      undoneOnce(FORWARDING, 1, 0);
      assertThat(FORWARDING.value()).as("round %s", i).contains(1);
    }
  }

  @Test
  void routersAreHeardAgain() throws Exception {
    host.configure(WANTED);
    OwnNetwork.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0");
    OwnNetwork.run("ip", "link", "set", "far0", "up");
    OwnNetwork.run("ip", "link", "set", "up0", "up");
    Sysctl acceptance = Sysctl.ofDevice("ipv6", "up0", "accept_ra");

    for (int i = 0; i < ROUNDS; i++) {
      acceptance.set(1);
      undoneOnce(acceptance, 2, 1);
      assertThat(acceptance.value()).as("round %s", i).contains(2);
    }
  }

  /** Looks once while another changes back what is set, and once when he has. */
  private void undoneOnce(Sysctl setting, int wanted, int undone) throws Exception {
    FutureTask<Boolean> other =
        new FutureTask<>(
            () -> {
              while (!setting.is(wanted)) {
                Thread.onSpinWait();
              }
              write(setting, undone);
              return true;
            });
    Thread thread = new Thread(other, "culvert-test-other");
    thread.setDaemon(true);
    thread.start();
    host.configure(WANTED);
    other.get();
    host.configure(WANTED);
  }

  private static void write(Sysctl setting, int value) throws IOException {
    Files.write(setting.file(), List.of(String.valueOf(value)));
  }
}

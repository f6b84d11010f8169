package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.DeviceOutcome;
import org.culvert.api.netdev.TunDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A new address whose local route the kernel has not made yet. The test plays a kernel that is
 * late: while the address is added nobody can see its local route, and then the route is removed.
 */
@ExtendWith(OwnNetwork.class)
class NewcomersTest {
  private static final String ADDRESS = "2001:db8:1::1";
  private static final DeviceConfiguration WANTED =
      new DeviceConfiguration(
          Set.of(new InterfaceAddress(IpAddresses.parse(ADDRESS), 128)), Set.of(), 1400);

  private final AtomicLong nanos = new AtomicLong();
  private final Newcomers newcomers = new Newcomers(nanos::get, Duration.ZERO);
  private final LinuxNetworkDevices devices = new LinuxNetworkDevices(new OpenDevices(), newcomers);

  /** Gives the address while nobody can see that it answers. */
  private void setUpOnABusyMachine(TunDevice tun) throws Exception {
    // Without a rule of somebody's the kernel looks into the table local without being told.
    OwnNetwork.run("ip", "-6", "rule", "add", "pref", "100", "table", "main");
    OwnNetwork.run("ip", "-6", "rule", "del", "pref", "0");
    configure(tun);
    OwnNetwork.run("ip", "-6", "rule", "add", "pref", "0", "table", "local");
    removeLocalRoute();
  }

  private DeviceOutcome configure(TunDevice tun) {
    return devices.configure(Map.of(tun.name(), WANTED)).getOrDefault("tun0", DeviceOutcome.GOOD);
  }

  private static void removeLocalRoute() throws Exception {
    long begin = System.nanoTime();
    while (OwnNetwork.tried("ip", "-6", "route", "show", "table", "local", "dev", "tun0")
            .contains("local " + ADDRESS + " ")
        || System.nanoTime() - begin < Duration.ofMillis(300).toNanos()) {
      OwnNetwork.tried("ip", "-6", "route", "flush", "table", "local", "dev", "tun0");
    }
  }

  private static boolean answers() throws Exception {
    return OwnNetwork.tried("ip", "-6", "route", "get", ADDRESS).startsWith("local");
  }

  private static void awaitAnswer() throws Exception {
    long begin = System.nanoTime();
    while (!answers()) {
      assertThat(System.nanoTime() - begin).isLessThan(Packets.DEADLINE.toNanos());
      Thread.sleep(1);
    }
  }

  @Test
  void theKernelGetsItsTimeAndNobodyIsAccused() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      setUpOnABusyMachine(tun);

      assertThat(configure(tun).restored()).isEmpty();
      assertThat(devices.verify(Map.of(tun.name(), WANTED))).isEmpty();
      assertThat(answers()).as("nothing is taken from under the kernel's worker").isFalse();
    }
  }

  @Test
  void afterThatTheAddressIsGivenAgainAndNobodyIsAccused() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      setUpOnABusyMachine(tun);
      nanos.addAndGet(Newcomers.GRACE.plusSeconds(1).toNanos());

      assertThat(configure(tun).restored()).isEmpty();

      awaitAnswer();
    }
  }

  @Test
  void whatAnsweredOnceLosesItsRouteByAnothersAct() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      setUpOnABusyMachine(tun);
      nanos.addAndGet(Newcomers.GRACE.plusSeconds(1).toNanos());
      configure(tun);
      awaitAnswer();
      configure(tun);

      removeLocalRoute();

      assertThat(configure(tun).restored())
          .containsExactly("tun0 had no local route to its address " + ADDRESS + "/128");
    }
  }
}

package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.netdev.linux.LinuxNetworkDevices;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.Ipv4Packets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * What a kernel makes of the errors: a real device, in a network namespace of the test's own, and
 * an outer network in memory.
 */
@EnabledIf("mayMakeNamespaces")
class KernelTest {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int DEVICE_MTU = 1500;
  private static final int IPV6_FRAGMENT = 44;

  private final InMemoryNetwork network = new InMemoryNetwork();

  static native int unshare(int flags);

  static boolean mayMakeNamespaces() {
    try {
      return Files.exists(Path.of("/dev/net/tun"))
          && Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(line -> line.startsWith("CapEff:"))
              .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
              .anyMatch(held -> (held >> 12 & 1) == 1 && (held >> 21 & 1) == 1);
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void kernelLearnsTheMtuOfAnIpv4Tunnel() throws Exception {
    inANamespace(
        () ->
            learnsTheMtu(
                Samples.clientTunnel4(),
                IpAddresses.parse(Samples.CLIENT_INNER_4),
                packet -> packet.length <= 1280 && (packet[6] & 0x20) != 0,
                Ipv4Packets::isIpv4));
  }

  @Test
  void kernelLearnsTheMtuOfAnIpv6Tunnel() throws Exception {
    inANamespace(
        () ->
            learnsTheMtu(
                Samples.clientTunnel(),
                IpAddresses.parse(Samples.CLIENT_INNER),
                packet -> packet.length <= 1280 && packet[6] == IPV6_FRAGMENT,
                packet -> packet[0] >> 4 == 6));
  }

  /** Its first packet is lost; those that follow arrive in fragments that the kernel made. */
  private boolean learnsTheMtu(
      CarriedTunnel tunnel,
      InetAddress client,
      Predicate<byte[]> isFirstFragment,
      Predicate<byte[]> isOfVersion)
      throws IOException {
    LinuxNetworkDevices devices = new LinuxNetworkDevices();
    UserspaceDatapath datapath =
        new UserspaceDatapath(devices, network.host("192.0.2.1", "2001:db8:a::1"));
    try (Forwarding forwarding = datapath.start("culvert0", DEVICE_MTU);
        DatagramSocket socket = new DatagramSocket()) {
      assertThat(forwarding.apply(List.of(tunnel))).isEmpty();
      devices.configure(
          "culvert0",
          new DeviceConfiguration(
              Set.of(InterfaceAddress.host(tunnel.localAddress())),
              Set.copyOf(tunnel.remotePrefixes()),
              DEVICE_MTU));

      Eventually.holds(
          "the kernel cuts",
          () -> {
            send(socket, client);
            return network.capture().stream()
                .anyMatch(crossing -> isFirstFragment.test(crossing.packet()));
          });
      assertThat(network.capture())
          .allMatch(crossing -> crossing.packet().length <= 1280)
          .allMatch(crossing -> isOfVersion.test(crossing.packet()));
      assertThat(forwarding.counters(tunnel.id()).drops()).hasSize(1);
    }
    return true;
  }

  private static void send(DatagramSocket socket, InetAddress destination) {
    try {
      socket.send(new DatagramPacket(new byte[1_400], 1_400, destination, 9));
    } catch (IOException e) {
      // The kernel tells what it learned a moment ago; the next one is cut.
      assertThat(e).hasMessageContaining("too long");
    }
  }

  private interface Scenario {
    boolean run() throws Exception;
  }

  /** A namespace is a property of a thread, and gone with the thread and what it opened. */
  private static void inANamespace(Scenario scenario) throws Exception {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              Native.register(KernelTest.class, "c");
              assertThat(unshare(CLONE_NEWNET)).isZero();
              return scenario.run();
            });
    Thread thread = new Thread(task, "culvert-test-namespace");
    thread.setDaemon(true);
    thread.start();
    assertThat(task.get(60, TimeUnit.SECONDS)).isTrue();
  }
}

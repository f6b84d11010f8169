package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnNetwork.class)
class LinuxTunDeviceTest {
  private static final InetAddress HERE = IpAddresses.parse("2001:db8:1::1");
  private static final InetAddress THERE = IpAddresses.parse("2001:db8:1::2");
  private static final InetSocketAddress NOBODY = new InetSocketAddress(THERE, 0);

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @Test
  void deliversWhatTheHostSends() throws Exception {
    try (TunDevice tun = configured("tun-out");
        DatagramSocket socket = new DatagramSocket()) {
      byte[] payload = "through the culvert".getBytes(StandardCharsets.US_ASCII);
      socket.send(new DatagramPacket(payload, payload.length, THERE, 3653));

      PacketBatch batch = Packets.batch();
      assertThat(tun.receive(batch)).isTrue();

      assertThat(batch.size()).isEqualTo(1);
      byte[] packet = Packets.octets(batch, 0);
      assertThat(packet).hasSize(40 + 8 + payload.length).endsWith(payload);
      assertThat(packet[0] >> 4).isEqualTo(6);
    }
  }

  @Test
  void isSilentUntilTheHostSendsSomething() throws Exception {
    // The kernel's first words on a device shall come at once.
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0");
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.default.router_solicitation_delay=0");
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.default.mldv2_unsolicited_report_interval=1");
    try (TunDevice tun = configured("tun-quiet");
        DatagramSocket socket = new DatagramSocket()) {
      OwnNetwork.run("ip", "link", "add", "loud0", "type", "veth", "peer", "name", "loud1");
      OwnNetwork.run("ip", "link", "set", "loud1", "up");
      OwnNetwork.run("ip", "link", "set", "loud0", "up");
      Eventually.holds("a solicitation on another device", () -> sent("loud0", "RouterSolicits"));
      Eventually.holds("a report on another device", () -> sent("loud0", "MLDv2Reports"));

      socket.send(new DatagramPacket(new byte[] {1}, 1, THERE, 3653));

      PacketBatch batch = Packets.batch();
      tun.receive(batch);

      assertThat(batch.size()).isEqualTo(1);
      assertThat(Packets.octets(batch, 0)[6]).as("next header UDP").isEqualTo((byte) 17);
    }
  }

  @Test
  void handsPacketsToTheHostWhichAnswers() throws Exception {
    try (TunDevice tun = configured("tun-echo")) {
      PacketBatch batch = Packets.batch();
      Packets.put(batch, Packets.echoRequest(THERE, HERE, 64), NOBODY);
      Packets.put(batch, Packets.echoRequest(THERE, HERE, 64), NOBODY);
      Packets.put(batch, Packets.echoRequest(THERE, HERE, 66), NOBODY);
      batch.drop(1);

      assertThat(tun.send(batch, 0, 3)).isZero();

      PacketBatch replies = Packets.batch();
      int count = 0;
      while (count < 2) {
        assertThat(tun.receive(replies)).isTrue();
        for (int i = 0; i < replies.size(); i++) {
          byte[] reply = Packets.octets(replies, i);
          assertThat(reply[40]).as("echo reply").isEqualTo((byte) 129);
          assertThat(reply).hasSize(48 + 64 + 2 * count);
          count++;
        }
      }
    }
  }

  @Test
  void fillsABatchAndKeepsTheRest() throws Exception {
    try (TunDevice tun = configured("tun-burst");
        DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 20; i++) {
        socket.send(new DatagramPacket(new byte[] {(byte) i}, 1, THERE, 3653));
      }

      PacketBatch batch = Packets.batch();
      tun.receive(batch);
      assertThat(batch.size()).isEqualTo(16);
      tun.receive(batch);
      assertThat(batch.size()).isEqualTo(4);
      assertThat(Packets.octets(batch, 3)[48]).isEqualTo((byte) 19);
    }
  }

  @Test
  void dropsAPacketThatDoesNotFitItsSlot() throws Exception {
    try (TunDevice tun = configured("tun-narrow");
        DatagramSocket socket = new DatagramSocket()) {
      PacketBatch narrow = new PacketBatch(4, 100);
      socket.send(new DatagramPacket(new byte[53], 53, THERE, 3653));
      socket.send(new DatagramPacket(new byte[52], 52, THERE, 3653));

      tun.receive(narrow);

      assertThat(narrow.size()).isEqualTo(2);
      assertThat(narrow.length(0)).isZero();
      assertThat(narrow.length(1)).isEqualTo(100);
    }
  }

  @Test
  void countsWhatTheHostRefuses() throws Exception {
    try (TunDevice tun = configured("tun-refuse")) {
      PacketBatch batch = Packets.batch();
      Packets.put(batch, new byte[] {0x10, 0, 0, 0}, NOBODY);
      Packets.put(batch, Packets.echoRequest(THERE, HERE, 8), NOBODY);
      assertThat(tun.send(batch, 0, 2)).isEqualTo(1);

      OwnNetwork.run("ip", "link", "set", "tun-refuse", "down");
      assertThat(tun.send(batch, 1, 2)).isEqualTo(1);
    }
  }

  @Test
  void closingWakesTheReceiverAndRemovesTheDevice() throws Exception {
    TunDevice tun = devices.openTun("tun-close", 1280);
    CountDownLatch started = new CountDownLatch(1);
    FutureTask<Boolean> receiver =
        new FutureTask<>(
            () -> {
              started.countDown();
              return tun.receive(Packets.batch());
            });
    Thread thread = new Thread(receiver, "culvert-test-receiver");
    thread.setDaemon(true);
    thread.start();
    started.await();

    tun.close();

    assertThat(receiver.get(Packets.DEADLINE.toSeconds(), TimeUnit.SECONDS)).isFalse();
    assertThat(Libc.if_nametoindex("tun-close")).isZero();
    assertThat(tun.receive(Packets.batch())).isFalse();
    tun.close();
    devices.openTun("tun-close", 1280).close();
  }

  @Test
  void saysThatSomebodyRemovedTheDevice() throws Exception {
    try (TunDevice tun = devices.openTun("tun-gone", 1280)) {
      OwnNetwork.run("ip", "link", "del", "tun-gone");

      assertThatThrownBy(() -> tun.receive(Packets.batch()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("tun-gone")
          .hasMessageContaining("removed");
    }
  }

  @Test
  void refusesANameThatIsTaken() throws Exception {
    try (TunDevice tun = devices.openTun("tun-twice", 1280)) {
      assertThat(tun.name()).isEqualTo("tun-twice");
      assertThatThrownBy(() -> devices.openTun("tun-twice", 1280))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("tun-twice exists already");
      assertThatThrownBy(() -> devices.openTun("lo", 1280)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void leavesNoDeviceBehindWhenItsMtuIsRefused() throws Exception {
    assertThatThrownBy(() -> devices.openTun("tun-mtu", 12))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("MTU of tun-mtu");
    assertThat(Libc.if_nametoindex("tun-mtu")).isZero();
  }

  /** Tells whether the kernel itself has sent a kind of ICMPv6 messages on a device. */
  private static boolean sent(String device, String kind) {
    try {
      return Files.readString(Path.of("/proc/thread-self/net/dev_snmp6", device))
          .lines()
          .anyMatch(line -> line.matches("Icmp6Out" + kind + "\\s+[1-9].*"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TunDevice configured(String name) throws IOException {
    TunDevice tun = devices.openTun(name, 1280);
    devices.configure(
        name, new DeviceConfiguration(Set.of(new InterfaceAddress(HERE, 64)), Set.of(), 1280));
    return tun;
  }
}

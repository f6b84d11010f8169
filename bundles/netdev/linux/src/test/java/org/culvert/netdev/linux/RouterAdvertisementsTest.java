package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The test is whoever is on the links {@code up0} and {@code lan0}, and sends what it likes. */
@ExtendWith(OwnNetwork.class)
class RouterAdvertisementsTest {
  private static final InetAddress ROUTER = IpAddresses.parse("fe80::1");
  private static final InetAddress ALL_NODES = IpAddresses.parse("ff02::1");
  private static final InetAddress ALL_ROUTERS = IpAddresses.parse("ff02::2");
  private static final InetAddress HOST = IpAddresses.parse("fe80::77");
  private static final int ADVERTISEMENT = 134;
  private static final int SOLICITATION = 133;
  private static final int ECHO_REPLY = 129;

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();
  private final LinuxOuterSockets sockets = new LinuxOuterSockets();

  @Test
  void hearsWhatARouterOfAnUplinkSaysToAllAndToThisHost() throws Exception {
    try (TunDevice uplink = uplink();
        OuterSocket socket = sockets.openAdvertisements()) {
      say(uplink, message(ROUTER, ALL_NODES, 255, ADVERTISEMENT, 0, 1));
      say(uplink, message(ROUTER, HOST, 255, ADVERTISEMENT, 0, 2));

      PacketBatch batch = new PacketBatch(1, 2_048);
      Set<Integer> numbers = new HashSet<>();
      while (numbers.size() < 2) {
        assertThat(socket.receive(batch)).isTrue();
        assertThat(batch.length(0)).isEqualTo(16);
        assertThat(batch.memory().get(batch.offset(0)) & 0xFF).isEqualTo(ADVERTISEMENT);
        assertThat(batch.peerAddress(0).getAddress()).isEqualTo(ROUTER);
        numbers.add((int) batch.memory().get(batch.offset(0) + 15));
      }
      assertThat(numbers).containsExactlyInAnyOrder(1, 2);
    }
  }

  @Test
  void hearsItWhereTheKernelItselfTakesNone() throws Exception {
    try (TunDevice uplink = uplink()) {
      OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.up0.accept_ra=0");
      OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
      try (OuterSocket socket = sockets.openAdvertisements()) {
        say(uplink, message(ROUTER, ALL_NODES, 255, ADVERTISEMENT, 0, 1));

        assertThat(numbers(socket, 1)).containsExactly(1);
      }
    }
  }

  @Test
  void hearsRoutersOfAllLinksThatOneDefaultRouteLeadsTo() throws Exception {
    try (TunDevice one = link("up0", "fe80::77");
        TunDevice other = link("up1", "fe80::78")) {
      OwnNetwork.run(
          "ip -6 route add default nexthop via fe80::1 dev up0 nexthop via fe80::1 dev up1"
              .split(" "));
      try (OuterSocket socket = sockets.openAdvertisements()) {
        say(one, message(ROUTER, ALL_NODES, 255, ADVERTISEMENT, 0, 1));
        say(other, message(ROUTER, ALL_NODES, 255, ADVERTISEMENT, 0, 2));

        assertThat(numbers(socket, 2)).containsExactlyInAnyOrder(1, 2);
      }
    }
  }

  /** RFC 4861 section 6.1.2. */
  @Test
  void isNotGivenWhatNoRouterOfTheLinkSaid() throws Exception {
    try (TunDevice uplink = uplink();
        TunDevice lan = link("lan0", "fe80::78");
        OuterSocket socket = sockets.openAdvertisements()) {
      say(uplink, message(ROUTER, ALL_NODES, 64, ADVERTISEMENT, 0, 1));
      say(uplink, message(IpAddresses.parse("2001:db8::1"), HOST, 255, ADVERTISEMENT, 0, 2));
      say(uplink, message(IpAddresses.parse("fec0::1"), HOST, 255, ADVERTISEMENT, 0, 3));
      say(uplink, message(ROUTER, ALL_NODES, 255, ADVERTISEMENT, 1, 4));
      say(uplink, message(ROUTER, ALL_NODES, 255, SOLICITATION, 0, 5));
      byte[] corrupt = message(ROUTER, ALL_NODES, 255, ADVERTISEMENT, 0, 6);
      corrupt[50] ^= 1;
      say(uplink, corrupt);
      say(lan, message(ROUTER, ALL_NODES, 255, ADVERTISEMENT, 0, 7));
      say(uplink, message(ROUTER, ALL_NODES, 255, ADVERTISEMENT, 0, 8));

      assertThat(numbers(socket, 1)).containsExactly(8);
    }
  }

  @Test
  void asksOnUplinksAlone() throws Exception {
    try (TunDevice uplink = uplink();
        TunDevice lan = link("lan0", "fe80::78")) {
      sockets.openAdvertisements().close();

      List<byte[]> heard = heardUntil(uplink, SOLICITATION);
      byte[] asked = heard.get(heard.size() - 1);
      // The flow label is the kernel's.
      ByteBuffer.wrap(asked).putInt(0, 0x60000000);
      ByteBuffer question = ByteBuffer.allocate(8).put(0, (byte) SOLICITATION);
      assertThat(asked).isEqualTo(Packets.icmp(HOST, ALL_ROUTERS, 255, question));
      say(lan, Packets.echoRequest(ROUTER, IpAddresses.parse("fe80::78"), 0));
      assertThat(heardUntil(lan, ECHO_REPLY)).noneMatch(packet -> type(packet) == SOLICITATION);
    }
  }

  @Test
  void saysThatThereIsNoUplink() throws Exception {
    try (TunDevice tunnel = devices.openTun("tun0", 1280)) {
      OwnNetwork.run("ip", "link", "set", tunnel.name(), "up");
      OwnNetwork.run("ip", "-6", "route", "add", "default", "dev", "tun0", "proto", "199");

      assertThatThrownBy(sockets::openAdvertisements)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no default route for IPv6");
    }
  }

  @Test
  void endsWhoeverWaitsWhenItIsClosed() throws Exception {
    try (TunDevice uplink = uplink()) {
      OuterSocket socket = sockets.openAdvertisements();
      FutureTask<Boolean> receiver = new FutureTask<>(() -> socket.receive(Packets.batch()));
      new Thread(receiver).start();

      socket.close();

      assertThat(receiver.get(Packets.DEADLINE.toSeconds(), TimeUnit.SECONDS)).isFalse();
      assertThat(uplink.name()).isEqualTo("up0");
    }
  }

  private TunDevice uplink() throws Exception {
    TunDevice uplink = link("up0", "fe80::77");
    OwnNetwork.run("ip", "-6", "route", "add", "default", "via", "fe80::1", "dev", "up0");
    return uplink;
  }

  /** A link on which the kernel itself asks for nothing. */
  private TunDevice link(String name, String address) throws Exception {
    TunDevice link = devices.openTun(name, 1280);
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf." + name + ".router_solicitations=0");
    OwnNetwork.run("ip", "link", "set", name, "up");
    OwnNetwork.address(address + "/64", name);
    return link;
  }

  private static void say(TunDevice link, byte[] packet) throws IOException {
    PacketBatch batch = Packets.batch();
    Packets.put(batch, packet, new InetSocketAddress(ROUTER, 0));
    assertThat(link.send(batch, 0, 1)).isZero();
  }

  /** An advertisement without options that is known again by its last octet. */
  private static byte[] message(
      InetAddress from, InetAddress to, int hopLimit, int type, int code, int number) {
    ByteBuffer message = ByteBuffer.allocate(16).put((byte) type).put((byte) code);
    return Packets.icmp(from, to, hopLimit, message.put(15, (byte) number));
  }

  private static List<Integer> numbers(OuterSocket socket, int count) throws Exception {
    return Packets.receive(socket, count).stream().map(octets -> (int) octets[15]).toList();
  }

  /** Returns what this host sends into a link, up to the first message of a type. */
  private static List<byte[]> heardUntil(TunDevice link, int type) throws IOException {
    List<byte[]> heard = new ArrayList<>();
    PacketBatch batch = new PacketBatch(1, 2_048);
    do {
      assertThat(link.receive(batch)).isTrue();
      heard.add(Packets.octets(batch, 0));
    } while (type(heard.get(heard.size() - 1)) != type);
    return heard;
  }

  /** The type of an ICMPv6 message, or -1 where something else comes first. */
  private static int type(byte[] packet) {
    return packet[6] == 58 ? packet[40] & 0xFF : -1;
  }
}

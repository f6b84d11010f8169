package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier.IpProtocol;
import org.culvert.api.encapsulation.WireFormat.Carrier.Udp;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SendRefusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel refuses to send is known packet by packet, with its reason. */
@ExtendWith(OwnNetwork.class)
class SendRefusalsTest {
  private static final WireFormat UDP = new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Udp());
  private static final WireFormat PROTOCOL_41 =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new IpProtocol(41));
  private static final WireFormat PROTOCOL_4 =
      new WireFormat(IpVersion.IPV6, IpVersion.IPV4, new IpProtocol(4));
  private static final String FILTER =
      "add table inet fw; add chain inet fw out { type filter hook output priority 0; };"
          + " add rule inet fw out ip daddr 198.51.100.7 drop;"
          + " add rule inet fw out ip6 daddr 2001:db8:b::7 drop";

  private final LinuxOuterSockets sockets = new LinuxOuterSockets();

  @ParameterizedTest
  @CsvSource({
    "ip rule add to 198.51.100.7 prohibit, PROHIBITED",
    "ip rule add to 198.51.100.7 blackhole, BLACKHOLE",
    "ip rule add to 198.51.100.7 unreachable, NO_ROUTE",
    "ip route add prohibit 198.51.100.7, PROHIBITED",
    "ip route add blackhole 198.51.100.7, BLACKHOLE",
    "ip route add unreachable 198.51.100.7, HOST_UNREACHABLE",
    "nft, FILTERED"
  })
  void marksThePacketsOverIpv4ThatAreRefused(String act, SendRefusal why) throws Exception {
    uplink();
    for (WireFormat wire : new WireFormat[] {UDP, PROTOCOL_41}) {
      int port = wire == UDP ? 3653 : 0;
      try (OuterSocket sender = sockets.open(wire, at("192.0.2.1", port))) {
        marks(sender, act, why, at("198.51.100.7", port), at("198.51.100.8", port));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ip -6 rule add to 2001:db8:b::7 prohibit, PROHIBITED",
    "ip -6 rule add to 2001:db8:b::7 blackhole, BLACKHOLE",
    "ip -6 rule add to 2001:db8:b::7 unreachable, NO_ROUTE",
    "ip -6 route add prohibit 2001:db8:b::7, PROHIBITED",
    "ip -6 route add blackhole 2001:db8:b::7, BLACKHOLE",
    "ip -6 route add unreachable 2001:db8:b::7, HOST_UNREACHABLE",
    "nft, FILTERED"
  })
  void marksThePacketsOverIpv6ThatAreRefused(String act, SendRefusal why) throws Exception {
    uplink();
    try (OuterSocket sender = sockets.open(PROTOCOL_4, at("2001:db8:a::1", 0))) {
      marks(sender, act, why, at("2001:db8:b::7", 0), at("2001:db8:b::8", 0));
    }
  }

  @Test
  void marksNothingThatThereIsNoRoomForOrThatIsTooLong() {
    for (int errno : new int[] {Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM, Errno.EMSGSIZE}) {
      assertThat(Errno.refusal(errno)).isEqualTo(SendRefusal.NONE);
    }
    assertThat(Errno.refusal(Errno.EOPNOTSUPP)).isEqualTo(SendRefusal.OTHER);
  }

  /** So many that they take several calls, small and large ones, and some that were dropped. */
  private static void marks(
      OuterSocket sender,
      String act,
      SendRefusal why,
      InetSocketAddress refused,
      InetSocketAddress other)
      throws Exception {
    PacketBatch out = new PacketBatch(150, 2048);
    for (int i = 0; i < 150; i++) {
      byte[] packet = new byte[i % 2 == 0 ? 60 : 1200];
      packet[0] = 0x60;
      Packets.put(out, packet, i % 5 == 0 ? refused : other);
      out.whole(i, i % 3 == 0);
    }
    out.drop(5);
    assertThat(sender.send(out, 0, 150)).isZero();

    String undo;
    if (act.equals("nft")) {
      OwnNetwork.run("nft", FILTER);
      undo = "nft delete table inet fw";
    } else {
      OwnNetwork.run(act.split(" "));
      undo = act.replace(" add ", " del ");
    }

    assertThat(sender.send(out, 0, 150)).isEqualTo(29);
    for (int i = 0; i < 150; i++) {
      boolean expected = i % 5 == 0 && i != 5;
      assertThat(out.refusal(i)).isEqualTo(expected ? why : SendRefusal.NONE);
    }

    OwnNetwork.run(undo.split(" "));
    assertThat(sender.send(out, 0, 150)).isZero();
    assertThat(out.refusal(0)).isEqualTo(SendRefusal.NONE);
  }

  private static void uplink() throws Exception {
    OwnNetwork.run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb");
    OwnNetwork.run("ip", "link", "set", "va", "up");
    OwnNetwork.run("ip", "link", "set", "vb", "up");
    OwnNetwork.address("192.0.2.1/24", "va");
    OwnNetwork.address("2001:db8:a::1/64", "va");
    // A neighbor that is known takes everything; nobody reads it.
    OwnNetwork.run("ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev va".split(" "));
    OwnNetwork.run("ip neigh add 2001:db8:a::2 lladdr 02:00:00:00:00:02 dev va".split(" "));
    OwnNetwork.run("ip route add 198.51.100.0/24 via 192.0.2.2".split(" "));
    OwnNetwork.run("ip -6 route add 2001:db8:b::/64 via 2001:db8:a::2".split(" "));
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(IpAddresses.parse(address), port);
  }
}

package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier.IpProtocol;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** This host answers its own echo requests. */
@ExtendWith(OwnNetwork.class)
class EchoAnswersTest {
  private static final int IDENTIFIER = 4711;
  private static final int OCTETS = 1_408;

  private final LinuxOuterSockets sockets = new LinuxOuterSockets();

  @Test
  void hearsAnswersOfIpv6WithItsIdentifierAlone() throws Exception {
    OwnNetwork.address("2001:db8::2/128", "lo");
    assertThat(hears(IpVersion.IPV6, "2001:db8::2", 58, 128, 129)).isEqualTo(OCTETS);
  }

  @Test
  void hearsAnswersOfIpv4WithItsIdentifierAlone() throws Exception {
    assertThat(hears(IpVersion.IPV4, "127.0.0.1", 1, 8, 0)).isEqualTo(OCTETS);
  }

  /** As many firewalls do with what belongs to no connection that they know. */
  @Test
  void hearsThemWhateverTheHostsPacketFilterDrops() throws Exception {
    OwnNetwork.address("2001:db8::2/128", "lo");
    OwnNetwork.run("nft", "add", "table", "ip6", "host");
    OwnNetwork.run(
        "nft", "add", "chain", "ip6", "host", "in", "{ type filter hook input priority 0; }");
    OwnNetwork.run(
        "nft", "add", "rule", "ip6", "host", "in", "icmpv6", "type", "echo-reply", "drop");

    assertThat(hears(IpVersion.IPV6, "2001:db8::2", 58, 128, 129)).isEqualTo(OCTETS);
  }

  @Test
  void hearsTheFirstPieceOfAnAnswerThatCameInPieces() throws Exception {
    OwnNetwork.address("2001:db8::2/128", "lo");
    OwnNetwork.run("ip", "link", "set", "lo", "mtu", "1280");

    assertThat(hears(IpVersion.IPV6, "2001:db8::2", 58, 128, 129)).isBetween(8, 1_232);
    assertThat(hears(IpVersion.IPV4, "127.0.0.1", 1, 8, 0)).isBetween(8, 1_260);
  }

  /** Returns how many octets of the answer were heard. */
  private int hears(IpVersion version, String address, int protocol, int request, int reply)
      throws Exception {
    InetSocketAddress host = new InetSocketAddress(IpAddresses.parse(address), 0);
    WireFormat icmp = new WireFormat(version, version, new IpProtocol(protocol));
    try (OuterSocket answers = sockets.openAnswers(version, IDENTIFIER);
        OuterSocket sender = sockets.open(icmp, host)) {
      PacketBatch out = new PacketBatch(2, 2_048);
      Packets.put(out, message(request, IDENTIFIER + 1), host);
      Packets.put(out, message(request, IDENTIFIER), host);
      assertThat(sender.send(out, 0, 2)).isZero();
      PacketBatch in = new PacketBatch(4, 2_048);

      assertThat(answers.receive(in)).isTrue();

      assertThat(in.size()).isEqualTo(1);
      assertThat(in.memory().get(in.offset(0)) & 0xFF).isEqualTo(reply);
      assertThat(in.memory().getShort(in.offset(0) + 4)).isEqualTo((short) IDENTIFIER);
      assertThat(in.memory().getShort(in.offset(0) + 6)).isEqualTo((short) 7);
      assertThat(in.peerAddress(0).getAddress()).isEqualTo(IpAddresses.parse(address));
      return in.length(0);
    }
  }

  /** An echo request; its checksum is right for ICMP, and the kernel's business for ICMPv6. */
  private static byte[] message(int type, int identifier) {
    ByteBuffer message = ByteBuffer.allocate(OCTETS);
    message.putShort(0, (short) (type << 8)).putShort(4, (short) identifier);
    message.putShort(6, (short) 7);
    int sum = (type << 8) + identifier + 7;
    return message.putShort(2, (short) ~((sum & 0xFFFF) + (sum >>> 16))).array();
  }

  @Test
  void endsWhoeverWaitsWhenItIsClosed() throws Exception {
    OuterSocket answers = sockets.openAnswers(IpVersion.IPV6, 1);
    FutureTask<Boolean> receiver =
        new FutureTask<>(() -> answers.receive(new PacketBatch(4, 2_048)));
    new Thread(receiver).start();

    answers.close();

    assertThat(receiver.get(Packets.DEADLINE.toSeconds(), TimeUnit.SECONDS)).isFalse();
  }
}

package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetwork.Crossing;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A stream of numbered packets on each of many tunnels, both ways, while tunnels move and the
 * datapath is swapped: nothing of one tunnel gets into another.
 *
 * <p>Each packet says whose it is, which way it goes and its number. What comes out is told apart:
 * a stream's own, another's, one that goes the wrong way, and what is no packet of a stream at all,
 * as ICMP errors are.
 *
 * <p>{@code -Dculvert.streams=1000} is the long form.
 */
class NumberedStreamsTest {
  private static final int TUNNELS = Integer.getInteger("culvert.streams", 1_000);
  private static final int ROUNDS = Integer.getInteger("culvert.streams.rounds", 12);
  private static final int MARK = 0x5EA11E57;
  private static final InetAddress WORLD = IpAddresses.parse("2001:db8:ffff::1");
  private static final byte OUTWARD = 1;
  private static final byte INWARD = 2;

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private final Random random = new Random(13);
  private final int[] ports = new int[TUNNELS];
  private Forwarding forwarding;
  private InMemoryTun tun;
  private int number;

  /** Whose a packet is, which way it goes, and its number. */
  private record Label(int stream, byte way, int number) {}

  @BeforeEach
  void start() throws Exception {
    for (int i = 0; i < TUNNELS; i++) {
      ports[i] = 10_000 + i;
    }
    begin();
  }

  @AfterEach
  void stop() {
    forwarding.close();
  }

  private void begin() throws Exception {
    forwarding = new UserspaceDatapath(devices, network.host("192.0.2.1")).start("culvert0", 1280);
    tun = devices.tun("culvert0");
    assertThat(forwarding.apply(tunnels())).isEmpty();
  }

  @Test
  void nothingOfOneTunnelGetsIntoAnother() throws Exception {
    int seen = 0;
    for (int round = 0; round < ROUNDS; round++) {
      if (round % 4 == 3) {
        forwarding.close();
        begin();
      } else if (round > 0) {
        move();
      }
      seen += stream();
    }
    assertThat(seen).isEqualTo(ROUNDS * TUNNELS * 2);
  }

  /** Some tunnels get one another's ports, as a NAT hands them on; others get new ones. */
  private void move() {
    for (int i = 0; i + 1 < TUNNELS; i += 2) {
      if (random.nextInt(3) == 0) {
        int port = ports[i];
        ports[i] = ports[i + 1];
        ports[i + 1] = port;
      } else if (random.nextBoolean()) {
        ports[i] = 20_000 + (ports[i] + TUNNELS) % 40_000;
      }
    }
    assertThat(forwarding.apply(tunnels())).isEmpty();
  }

  /** One packet on each stream each way, and those that nobody may see; returns how many came. */
  private int stream() throws Exception {
    int from = network.capture().size();
    number++;
    for (int i = 0; i < TUNNELS; i++) {
      tun.push(packet(new Label(i, OUTWARD, number), WORLD, inner(i)));
      // Too big, so that an ICMP error comes back between the streams.
      if (i % 50 == 0) {
        tun.push(Packets.udp(WORLD, inner(i), 1281));
      }
    }
    Eventually.holds("all have left", () -> network.capture().size() - from >= TUNNELS);
    List<Crossing> left = network.capture().subList(from, network.capture().size());
    int own = 0;
    for (Crossing crossing : left) {
      Label label = label(crossing.packet()).orElseThrow();
      assertThat(label.way()).isEqualTo(OUTWARD);
      assertThat(label.number()).isEqualTo(number);
      assertThat(crossing.destination()).isEqualTo(outer(label.stream()));
      own++;
    }
    for (int i = 0; i < TUNNELS; i++) {
      clientSends(i, packet(new Label(i, INWARD, number), inner(i), WORLD));
      // Of another tunnel's address: a foreign id must come to nothing.
      clientSends(i, packet(new Label(i, INWARD, -1), inner((i + 1) % TUNNELS), WORLD));
    }
    return own + comeOut();
  }

  private int comeOut() throws Exception {
    List<Label> came = new ArrayList<>();
    int errors = 0;
    while (came.size() < TUNNELS) {
      byte[] packet = tun.next();
      Optional<Label> label = label(packet);
      if (label.isEmpty()) {
        assertThat(Packets.isIcmp(packet, 2)).as("what is no stream's is an error").isTrue();
        errors++;
      } else {
        came.add(label.get());
        assertThat(label.get().way()).isEqualTo(INWARD);
        assertThat(label.get().number()).isEqualTo(number);
        assertThat(Packets.source(packet)).isEqualTo(inner(label.get().stream()));
      }
    }
    assertThat(errors).as("errors at their rate").isLessThanOrEqualTo(TUNNELS / 50 + 1);
    assertThat(came).doesNotHaveDuplicates();
    return came.size();
  }

  private void clientSends(int i, byte[] packet) {
    network.forge(Samples.UDP, outer(i), Samples.SERVER, packet);
  }

  private List<CarriedTunnel> tunnels() {
    List<CarriedTunnel> tunnels = new ArrayList<>();
    for (int i = 0; i < TUNNELS; i++) {
      WireFormat wire = Samples.UDP;
      tunnels.add(
          Samples.tunnel(
              "t" + i, wire, Samples.SERVER, outer(i), IpAddresses.text(inner(i)) + "/128"));
    }
    return tunnels;
  }

  private InetSocketAddress outer(int i) {
    return Samples.outer("198.51.100.7", ports[i]);
  }

  private static InetAddress inner(int i) {
    return IpAddresses.parse("2001:db8:1::" + Integer.toHexString(i + 16));
  }

  private static byte[] packet(Label label, InetAddress from, InetAddress to) {
    byte[] payload =
        ByteBuffer.allocate(24)
            .putShort((short) 7)
            .putShort((short) 9)
            .putShort((short) 24)
            .putShort((short) 0)
            .putInt(MARK)
            .putInt(label.stream())
            .putInt(label.number())
            .put(label.way())
            .array();
    return Packets.packet(from, to, 17, payload);
  }

  private static Optional<Label> label(byte[] packet) {
    ByteBuffer octets = ByteBuffer.wrap(packet);
    return packet.length == 64 && packet[6] == 17 && octets.getInt(48) == MARK
        ? Optional.of(new Label(octets.getInt(52), octets.get(60), octets.getInt(56)))
        : Optional.empty();
  }
}

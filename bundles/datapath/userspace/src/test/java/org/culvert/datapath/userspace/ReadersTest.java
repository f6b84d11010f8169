package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.Test;

/** A thread that ends takes its tunnels along in public, and comes back. */
class ReadersTest {
  private static final String HOST = "2001:db8:ffff::1";

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();

  @Test
  void aReaderOfASocketThatDiesFailsItsTunnelsUntilItReadsAgain() throws Exception {
    Breaking sockets = new Breaking(network.host("192.0.2.1"));
    List<CarriedTunnel> tunnels = List.of(Samples.clientTunnel());
    byte[] packet = Packets.udp(Samples.CLIENT_INNER, HOST, 100);
    try (Forwarding forwarding = new UserspaceDatapath(devices, sockets).start("culvert0", 1280)) {
      forwarding.apply(tunnels);
      assertThat(forwarding.failure("seven")).isEmpty();

      sockets.broken = true;
      network.forge(Samples.UDP, Samples.CLIENT, Samples.SERVER, packet);
      Eventually.holds(
          "the tunnel has failed",
          () ->
              forwarding
                  .failure("seven")
                  .filter(reason -> reason.contains("192.0.2.1:3653 can no longer be read"))
                  .isPresent());

      sockets.broken = false;
      assertThat(forwarding.apply(tunnels)).isEmpty();
      assertThat(forwarding.failure("seven")).isEmpty();
      network.forge(Samples.UDP, Samples.CLIENT, Samples.SERVER, packet);
      assertThat(devices.tun("culvert0").next()).isEqualTo(packet);
    }
  }

  @Test
  void linksThatThereIsNoMemoryForFailAloneWithAReason() throws Exception {
    long each = InnerLink.memory(16, 2048);
    OwnLinks links = new OwnLinks(devices, "culvert0", 4_096, 2048, TrafficClass.ALL, 2 * each);
    links.of("one", 1280);
    links.of("two", 1280);

    assertThatThrownBy(() -> links.of("three", 1280))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("memory for 2 tunnels with a device of their own")
        .hasMessageContaining("-Xmx");
    assertThat(links.of("two", 1280).device().failure()).isEmpty();
    links.closeAllBut(List.of());
  }

  /** What README says that a link takes. */
  @Test
  void aLinkTakesLessThan64KibOffTheHeap() {
    assertThat(InnerLink.memory(16, 2048)).isLessThan(64 << 10);
  }

  /** Sockets whose reading fails in a way that nobody thought of. */
  private static final class Breaking implements OuterSockets {
    volatile boolean broken;
    private final OuterSockets sockets;

    Breaking(OuterSockets sockets) {
      this.sockets = sockets;
    }

    @Override
    public OuterSocket open(WireFormat wire, InetSocketAddress local) throws IOException {
      OuterSocket socket = sockets.open(wire, local);
      return new OuterSocket() {
        @Override
        public boolean receive(PacketBatch batch) throws IOException {
          boolean open = socket.receive(batch);
          if (broken) {
            throw new OutOfMemoryError("as in a test");
          }
          return open;
        }

        @Override
        public int send(PacketBatch batch, int from, int to) throws IOException {
          return socket.send(batch, from, to);
        }

        @Override
        public void close() {
          socket.close();
        }
      };
    }

    @Override
    public OuterSocket openErrors(InetAddress local) throws IOException {
      return sockets.openErrors(local);
    }
  }
}

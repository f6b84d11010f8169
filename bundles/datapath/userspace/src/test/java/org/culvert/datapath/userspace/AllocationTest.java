package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.Test;

/** Habit 24 of the path: nothing is allocated for a packet, forwarded or dropped. */
class AllocationTest {
  private static final int BURST = 64;
  private static final int BURSTS = 2_000;
  private static final String HOST = "2001:db8:ffff::1";

  private final Tunnel tunnel;
  private final PacketBatch batch;

  AllocationTest() throws Exception {
    tunnel = new Tunnel(Samples.clientTunnel(), Samples.port(new Samples.CountingSocket()));
    byte[][] packets = new byte[BURST][];
    Arrays.fill(packets, Packets.udp(Samples.CLIENT_INNER, HOST, 100));
    for (int i = 0; i < BURST; i += 4) {
      packets[i] = Packets.udp(HOST, Samples.CLIENT_INNER, 100);
      packets[i + 1] = Packets.udp("fe80::1", "ff02::2", 100);
      packets[i + 2] = Packets.udp(HOST, Samples.CLIENT_INNER, 1400);
    }
    batch = Samples.batch(Samples.CLIENT, packets);
  }

  @Test
  void wayInAllocatesNothing() {
    KeyTable<Tunnel> endpoints = new KeyTable<>(1);
    endpoints.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
    Tally strangers = new Tally();

    assertThat(octetsPerPacket(() -> Inbound.examine(batch, endpoints, strangers))).isLessThan(1);
  }

  @Test
  void wayOutAllocatesNothing() {
    RoutingTable routes = new RoutingTable(List.of(tunnel));
    Outbound outbound = new Outbound(BURST, new Tally(), System::nanoTime);

    assertThat(octetsPerPacket(() -> outbound.forward(batch, routes, tunnel))).isLessThan(1);
  }

  private double octetsPerPacket(Runnable burst) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    run(burst);
    long before = threads.getThreadAllocatedBytes(thread);
    run(burst);
    return (threads.getThreadAllocatedBytes(thread) - before) / (double) (BURST * BURSTS);
  }

  private void run(Runnable burst) {
    for (int i = 0; i < BURSTS; i++) {
      for (int slot = 0; slot < BURST; slot++) {
        batch.packet(slot, batch.slot(slot), slot % 4 == 2 ? 1400 : 100);
      }
      burst.run();
    }
  }
}

package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier.IpProtocol;
import org.culvert.api.encapsulation.WireFormat.Carrier.Udp;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ten thousand packets must leave nothing on the heap. */
@ExtendWith(OwnNetwork.class)
class SteadyStateTest {
  private static final int PACKETS = 10_000;
  private static final int BURST = 10;

  /** A single object a packet would be 16 octets or more. */
  private static final int OCTETS_ALLOWED = PACKETS;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final LinuxOuterSockets sockets = new LinuxOuterSockets();

  /** A burst out and back again. */
  private interface Round {
    void go() throws IOException;
  }

  @Test
  void udpAllocatesNothing() throws Exception {
    socketAllocatesNothing(new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Udp()), 3653);
  }

  @Test
  void protocol41AllocatesNothing() throws Exception {
    socketAllocatesNothing(new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new IpProtocol(41)), 0);
  }

  private void socketAllocatesNothing(WireFormat wire, int port) throws Exception {
    InetSocketAddress here = new InetSocketAddress(IpAddresses.parse("127.0.0.1"), port);
    InetSocketAddress there = new InetSocketAddress(IpAddresses.parse("127.0.0.2"), port);
    try (OuterSocket one = sockets.open(wire, here);
        OuterSocket two = sockets.open(wire, there)) {
      PacketBatch out = Packets.batch();
      for (int i = 0; i < BURST; i++) {
        Packets.put(out, new byte[1280], there);
      }
      PacketBatch in = Packets.batch();
      allocatesNothing(
          () -> {
            one.send(out, 0, BURST);
            for (int received = 0; received < BURST; received += in.size()) {
              two.receive(in);
            }
          });
    }
  }

  @Test
  void tunAllocatesNothing() throws Exception {
    InetAddress here = IpAddresses.parse("2001:db8:1::1");
    InetAddress there = IpAddresses.parse("2001:db8:1::2");
    LinuxNetworkDevices devices = new LinuxNetworkDevices();
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      devices.configure(
          "tun0", new DeviceConfiguration(Set.of(new InterfaceAddress(here, 64)), Set.of(), 1280));
      PacketBatch out = Packets.batch();
      for (int i = 0; i < BURST; i++) {
        byte[] request = Packets.echoRequest(there, here, 1000);
        Packets.put(out, request, new InetSocketAddress(there, 0));
      }
      PacketBatch in = Packets.batch();
      allocatesNothing(
          () -> {
            assertAllTaken(tun.send(out, 0, BURST));
            for (int received = 0; received < BURST; received += in.size()) {
              tun.receive(in);
            }
          });
    }
  }

  private static void assertAllTaken(int refused) throws IOException {
    if (refused != 0) {
      throw new IOException(refused + " packets were refused");
    }
  }

  private static void allocatesNothing(Round round) throws IOException {
    for (int i = 0; i < PACKETS / BURST; i++) {
      round.go();
    }
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < PACKETS / BURST; i++) {
      round.go();
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).isLessThan(OCTETS_ALLOWED);
  }
}

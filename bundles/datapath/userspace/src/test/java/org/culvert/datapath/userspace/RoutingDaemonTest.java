package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.netdev.linux.LinuxNetworkDevices;
import org.culvert.testkit.debian.DebianPackages;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real routing daemon at both ends of a link of its own: two kernels' devices, each in a network
 * namespace of the test's own, and an outer network in memory.
 */
@EnabledIf("org.culvert.datapath.userspace.KernelTest#mayMakeNamespaces")
class RoutingDaemonTest {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final Path BIRD = Path.of("/usr/sbin/bird");
  private static final String DELEGATED = "2001:db8:700::/48";
  private static final String BEHIND = "2001:db8:700::9";
  private static final long PATIENCE_SECONDS = 60;
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(100);

  private final InMemoryNetwork network = new InMemoryNetwork();
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ospf v3 { ipv6 { import all; export all; }; area 0 { interface \"%s\""
            + " { type ptp; hello 1; dead count 4; }; }; }",
        "rip ng { ipv6 { import all; export all; }; interface \"%s\" { update time 2; }; }"
      })
  void learnsTheClientsPrefixAndSendsThere(String protocol) throws Exception {
    assumeTrue(
        DebianPackages.provide(BIRD + "=bird2", "/usr/sbin/ip=iproute2"), "needs bird and ip");
    CarriedTunnel atServer = Samples.ownLink(Samples.clientTunnel());
    CarriedTunnel atClient =
        new CarriedTunnel(
            "own",
            Samples.UDP,
            new OuterEndpoints(Samples.CLIENT, Samples.SERVER),
            IpAddresses.parse(Samples.CLIENT_INNER),
            List.of(IpPrefix.parse("::/0")),
            List.of(IpPrefix.parse(Samples.CLIENT_INNER + "/128"), IpPrefix.parse(DELEGATED)),
            1280,
            true);
    try (End server = new End("server", network.host("192.0.2.1"));
        End client = new End("client", network.host("198.51.100.7"))) {
      server.open(atServer, "fe80::1234", IpPrefix.parse(Samples.CLIENT_INNER + "/128"));
      client.open(atClient, "fe80::5678", IpPrefix.parse(Samples.SERVER_INNER + "/128"));
      server.route("1.1.1.1", protocol, "");
      client.route("2.2.2.2", protocol, "route " + DELEGATED + " unreachable;");

      server.awaitWay("from fe80::5678 is learned", DELEGATED);
      server.send(BEHIND);
    }
  }

  /** One end on a thread of its own, and so in a namespace of its own. */
  private final class End implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(End::daemon);
    private final String name;
    private final String device;
    private final LinuxNetworkDevices devices = new LinuxNetworkDevices();
    private final Forwarding forwarding;
    private Process bird;

    End(String name, OuterSockets sockets) throws Exception {
      this.name = name;
      this.device = name + "-1";
      this.forwarding =
          inside(
              () -> {
                Native.register(KernelTest.class, "c");
                assertThat(KernelTest.unshare(CLONE_NEWNET)).isZero();
                return new UserspaceDatapath(devices, sockets).start(name, 1280);
              });
    }

    private static Thread daemon(Runnable task) {
      Thread thread = new Thread(task, "culvert-test-namespace");
      thread.setDaemon(true);
      return thread;
    }

    private <T> T inside(Callable<T> task) throws Exception {
      return thread.submit(task).get(60, TimeUnit.SECONDS);
    }

    void open(CarriedTunnel tunnel, String linkLocal, IpPrefix otherEnd) throws Exception {
      DeviceConfiguration configuration =
          new DeviceConfiguration(
              Set.of(
                  InterfaceAddress.host(tunnel.localAddress()),
                  new InterfaceAddress(IpAddresses.parse(linkLocal), 64)),
              Set.of(otherEnd),
              1280);
      assertThat(inside(() -> forwarding.apply(List.of(tunnel)))).isEmpty();
      assertThat(
              inside(
                  () -> {
                    devices.configure(device, configuration);
                    return devices.verify(device, configuration);
                  }))
          .isEmpty();
    }

    void route(String id, String protocol, String routes) throws Exception {
      Path configuration = directory.resolve(name + ".conf");
      Files.writeString(
          configuration,
          """
          router id %s;
          protocol device { scan time 1; }
          protocol kernel { ipv6 { import none; export all; }; }
          protocol static { ipv6; %s }
          protocol %s
          """
              .formatted(id, routes, protocol.formatted(device)));
      bird =
          inside(
              () ->
                  new ProcessBuilder(
                          BIRD.toString(),
                          "-f",
                          "-c",
                          configuration.toString(),
                          "-s",
                          directory.resolve(name + ".ctl").toString(),
                          "-P",
                          directory.resolve(name + ".pid").toString())
                      .redirectErrorStream(true)
                      .redirectOutput(directory.resolve(name + ".log").toFile())
                      .start());
    }

    /** Waits until the kernel was told of a route on the link. */
    void awaitWay(String what, String prefix) throws Exception {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      String routes = "";
      while (System.nanoTime() < end) {
        routes = inside(() -> output("ip", "-6", "route", "show", prefix));
        if (routes.contains("dev " + device)) {
          assertThat(routes).contains("proto bird");
          return;
        }
        LockSupport.parkNanos(STEP);
      }
      throw new AssertionError(
          what + ": " + routes + Files.readString(directory.resolve(name + ".log")));
    }

    private static String output(String... command) throws IOException {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return new String(process.getInputStream().readAllBytes());
    }

    void send(String destination) throws Exception {
      inside(
          () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
              socket.send(new DatagramPacket(new byte[9], 9, IpAddresses.parse(destination), 9));
            }
            return true;
          });
      Eventually.holds(
          "it went into the tunnel",
          () ->
              network.capture().stream()
                  .anyMatch(
                      crossing ->
                          Packets.destination(crossing.packet())
                              .equals(IpAddresses.parse(destination))));
    }

    @Override
    public void close() throws Exception {
      if (bird != null) {
        bird.destroy();
        bird.waitFor(5, TimeUnit.SECONDS);
      }
      forwarding.close();
      thread.shutdown();
    }
  }
}

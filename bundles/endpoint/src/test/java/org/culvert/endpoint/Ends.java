package org.culvert.endpoint;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.datapath.userspace.UserspaceDatapath;
import org.culvert.encapsulation.v4v6.V4V6Encapsulation;
import org.culvert.encapsulation.v6udpv4.V6UdpV4Encapsulation;
import org.culvert.encapsulation.v6v4.V6V4Encapsulation;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.time.ManualClock;
import org.culvert.testkit.time.ManualExecutor;

/** One end in memory: an endpoint with its devices, datapath and encapsulations. */
final class Ends implements AutoCloseable {
  static final String SERVER_INNER = "2001:db8::1";
  static final String CLIENT_INNER = "2001:db8::7";
  static final String CLIENT_PREFIX = "2001:db8:700::/48";
  static final String SERVER_INNER_4 = "203.0.113.1";
  static final String CLIENT_INNER_4 = "203.0.113.7";
  static final String CLIENT_PREFIX_4 = "10.7.0.0/16";
  static final InetSocketAddress SERVER_4 = outer("2001:db8:a::1", 0);
  static final InetSocketAddress CLIENT_4 = outer("2001:db8:b::7", 0);
  static final InetSocketAddress SERVER = outer("192.0.2.1", 3653);

  final ManualClock clock = new ManualClock();
  final ManualExecutor executor = new ManualExecutor(clock);
  final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  final Encapsulation v6v4 = new V6V4Encapsulation();
  final Encapsulation v6UdpV4 = new V6UdpV4Encapsulation();
  final Encapsulation v4v6 = new V4V6Encapsulation();
  final UserspaceDatapath datapath;
  final Endpoint endpoint;
  private final String device;

  private Ends(String role, String device, String datapathName, OuterSockets sockets) {
    this.device = device;
    this.datapath = new UserspaceDatapath(devices, sockets);
    this.endpoint =
        new Endpoint(
            EndpointSettings.from("org.culvert.endpoint." + role, role, device, 1280, datapathName),
            devices,
            sockets,
            executor,
            () -> Duration.between(ManualClock.START, clock.instant()).toNanos(),
            new Random(1));
    endpoint.bind(v6v4);
    endpoint.bind(v6UdpV4);
    endpoint.bind(v4v6);
    endpoint.bind(datapath, 0);
  }

  static Ends server(OuterSockets sockets) {
    return new Ends("server", "culvert0", "auto", sockets);
  }

  /** A server whose operator named the datapath. */
  static Ends server(OuterSockets sockets, String datapathName) {
    return new Ends("server", "culvert0", datapathName, sockets);
  }

  static Ends client(OuterSockets sockets) {
    return new Ends("client", "culvert1", "auto", sockets);
  }

  InMemoryTun tun() {
    return devices.tun(device);
  }

  boolean hasDevice() {
    return devices.exists(device);
  }

  /** Tells whether the next sweep will find that a tunnel's device is gone. */
  boolean datapathNotices(String id) {
    return endpoint.isLost(id);
  }

  void apply(TunnelParameters... tunnels) {
    endpoint.apply(List.of(tunnels)).toCompletableFuture().join();
  }

  TunnelStatus status(String id) {
    return endpoint.tunnel(id).orElseThrow();
  }

  TunnelState state(String id) {
    return status(id).state();
  }

  @Override
  public void close() {
    endpoint.close();
  }

  static InetSocketAddress outer(String address, int port) {
    return new InetSocketAddress(IpAddresses.parse(address), port);
  }

  /** The server's view of a client's tunnel. */
  static TunnelParameters atServer(
      TunnelType type, InetSocketAddress local, InetSocketAddress remote) {
    return atServer("seven", type, local, remote, CLIENT_INNER, CLIENT_PREFIX);
  }

  static TunnelParameters atServer(
      String id,
      TunnelType type,
      InetSocketAddress local,
      InetSocketAddress remote,
      String inner,
      String prefix) {
    return new TunnelParameters(
        id,
        Side.SERVER,
        type,
        new OuterEndpoints(local, remote),
        IpAddresses.parse(SERVER_INNER),
        IpAddresses.parse(inner),
        List.of(IpPrefix.parse(inner + "/128"), IpPrefix.parse(prefix)),
        List.of(),
        1280,
        keepAlive());
  }

  /** The client's view of the same tunnel. */
  static TunnelParameters atClient(
      TunnelType type, InetSocketAddress local, InetSocketAddress remote) {
    return new TunnelParameters(
        "own",
        Side.CLIENT,
        type,
        new OuterEndpoints(local, remote),
        IpAddresses.parse(CLIENT_INNER),
        IpAddresses.parse(SERVER_INNER),
        List.of(IpPrefix.parse("::/0")),
        List.of(IpPrefix.parse(CLIENT_INNER + "/128"), IpPrefix.parse(CLIENT_PREFIX)),
        1280,
        keepAlive());
  }

  /** The server's view of a client's IPv4 tunnel. */
  static TunnelParameters atServer4() {
    return new TunnelParameters(
        "four",
        Side.SERVER,
        TunnelType.V4V6,
        new OuterEndpoints(SERVER_4, CLIENT_4),
        IpAddresses.parse(SERVER_INNER_4),
        IpAddresses.parse(CLIENT_INNER_4),
        List.of(IpPrefix.parse(CLIENT_INNER_4 + "/32"), IpPrefix.parse(CLIENT_PREFIX_4)),
        List.of(),
        1280,
        keepAlive(SERVER_INNER_4));
  }

  /** The client's view of the same tunnel. */
  static TunnelParameters atClient4() {
    return new TunnelParameters(
        "own4",
        Side.CLIENT,
        TunnelType.V4V6,
        new OuterEndpoints(CLIENT_4, SERVER_4),
        IpAddresses.parse(CLIENT_INNER_4),
        IpAddresses.parse(SERVER_INNER_4),
        List.of(IpPrefix.parse("0.0.0.0/0")),
        List.of(IpPrefix.parse(CLIENT_INNER_4 + "/32"), IpPrefix.parse(CLIENT_PREFIX_4)),
        1280,
        keepAlive(SERVER_INNER_4));
  }

  /** The same tunnel with the way to what lies behind it entered otherwise. */
  static TunnelParameters with(TunnelParameters tunnel, PrefixRoutes routes, boolean ownLink) {
    return new TunnelParameters(
        tunnel.id(),
        tunnel.side(),
        tunnel.type(),
        tunnel.outer(),
        tunnel.localAddress(),
        tunnel.remoteAddress(),
        tunnel.remotePrefixes(),
        tunnel.localPrefixes(),
        tunnel.mtu(),
        tunnel.keepAlive(),
        routes,
        ownLink);
  }

  private static Optional<KeepAlive> keepAlive() {
    return keepAlive(SERVER_INNER);
  }

  /** Every ten seconds, to the server's inner address. */
  private static Optional<KeepAlive> keepAlive(String address) {
    return Optional.of(new KeepAlive(Duration.ofSeconds(10), IpAddresses.parse(address)));
  }
}

package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.culvert.api.config.ConfigurationValues;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.datapath.userspace.UserspaceDatapath;
import org.culvert.encapsulation.v6udpv4.V6UdpV4Encapsulation;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryHostNetwork;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.InMemoryTun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a change of the configuration does to tunnels that are open. */
class ConfiguredEndpointTest {
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8::/32");

  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private final InMemoryHostNetwork host = new InMemoryHostNetwork();
  private final InMemoryNetwork network = new InMemoryNetwork();
  private final List<ConfiguredEndpoint> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(ConfiguredEndpoint::stop);
  }

  @ParameterizedTest
  @CsvSource({
    "mtu, 10",
    "isolate, everybody!",
    "hostServices, everything!",
    "device, a device",
    "hostSettings, all!",
    "datapath, '  userspace!'"
  })
  void aWrongValueClosesNoTunnelOfTheServer(String key, String value) {
    ServerEndpoint server = server();
    InMemoryTun device = devices.tun("culvert0");

    server.change(config(ServerEndpoint.Config.class, key, value));

    assertStays(server, device, "culvert0");
    assertThat(serverCheck().refusal(Map.of(key, value)).orElseThrow())
        .startsWith("etc/org.culvert.endpoint.server.cfg: " + key + " = ");
  }

  @ParameterizedTest
  @CsvSource({"mtu, 10", "defaultRouteMetric, 0", "sourceTable, 1", "sourcePriority, 40000"})
  void aWrongValueClosesNoTunnelOfTheClient(String key, String value) {
    ClientEndpoint client = client();
    InMemoryTun device = devices.tun("culvert1");

    client.change(config(ClientEndpoint.Config.class, key, value));

    assertStays(client, device, "culvert1");
    assertThat(new ClientEndpointCheck(devices).refusal(Map.of(key, value)).orElseThrow())
        .startsWith("etc/org.culvert.endpoint.client.cfg: " + key + " = ");
  }

  /** After a change that was kept back the runtime hands on what is in force already. */
  @Test
  void tunnelsStayWhereTheConfigurationSaysTheSame() {
    ServerEndpoint server = server();
    InMemoryTun device = devices.tun("culvert0");

    server.change(config(ServerEndpoint.Config.class, "isolate", " none "));

    assertStays(server, device, "culvert0");
  }

  @Test
  void aDeviceOfTheHostsOwnIsRefusedBeforehandToo() {
    devices.addInterface("eth0");
    ServerEndpoint server = server();
    InMemoryTun device = devices.tun("culvert0");

    server.change(config(ServerEndpoint.Config.class, "device", "eth0"));

    assertStays(server, device, "culvert0");
    assertThat(serverCheck().refusal(Map.of("device", "eth0")).orElseThrow())
        .contains("this host has an interface eth0 already");
    assertThat(serverCheck().refusal(Map.of("device", "culvert0"))).isEmpty();
    assertThat(serverCheck().pid()).isEqualTo("org.culvert.endpoint.server");
    assertThat(new ClientEndpointCheck(devices).pid()).isEqualTo("org.culvert.endpoint.client");
    assertThat(new ClientEndpointCheck(devices).refusal(Map.of())).isEmpty();
  }

  @Test
  void anotherConfigurationOpensTheTunnelsAnew() {
    ServerEndpoint server = server();

    server.change(
        config(ServerEndpoint.Config.class, "device", "other", "isolate", POOL.toString()));

    assertUp(server);
    assertThat(devices.exists("culvert0")).isFalse();
    assertThat(devices.exists("other")).isTrue();
    Eventually.holds(
        "the host is looked after for the new device",
        () ->
            host.given(Side.SERVER)
                .map(given -> given.deadEnds().contains(POOL) && given.toString().contains("other"))
                .orElse(false));
  }

  @Test
  void whatIsDesiredAfterAChangeIsOpenedByTheNewLife() {
    ServerEndpoint server = server();
    server.change(config(ServerEndpoint.Config.class, "device", "other"));
    assertUp(server);

    server.apply(List.of()).toCompletableFuture().join();
    assertThat(server.tunnels()).isEmpty();
    server.apply(List.of(atServer())).toCompletableFuture().join();

    assertUp(server);
    assertThat(devices.exists("other")).isTrue();
  }

  private ServerEndpoint server() {
    OuterSockets sockets = network.host("192.0.2.1");
    ServerEndpoint server =
        new ServerEndpoint(config(ServerEndpoint.Config.class), devices, sockets, host);
    server.serve(Set.of(POOL));
    open(server, sockets, atServer());
    return server;
  }

  private ClientEndpoint client() {
    OuterSockets sockets = network.host("198.51.100.7");
    ClientEndpoint client =
        new ClientEndpoint(config(ClientEndpoint.Config.class), devices, sockets, host);
    open(
        client,
        sockets,
        Ends.atClient(TunnelType.V6UDPV4, Ends.outer("198.51.100.7", 40_000), Ends.SERVER));
    return client;
  }

  private void open(ConfiguredEndpoint endpoint, OuterSockets sockets, TunnelParameters tunnel) {
    started.add(endpoint);
    endpoint.bindEncapsulation(new V6UdpV4Encapsulation());
    endpoint.bindDatapath(new UserspaceDatapath(devices, sockets), Map.of("service.ranking", 5));
    endpoint.apply(List.of(tunnel)).toCompletableFuture().join();
    assertUp(endpoint);
  }

  private static TunnelParameters atServer() {
    return Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, Ends.outer("198.51.100.7", 40_000));
  }

  private static void assertUp(ConfiguredEndpoint endpoint) {
    Eventually.holds(
        "the tunnel is up",
        () ->
            endpoint.tunnels().stream()
                .anyMatch(tunnel -> tunnel.state() instanceof TunnelState.Up));
  }

  private void assertStays(ConfiguredEndpoint endpoint, InMemoryTun device, String name) {
    assertThat(devices.tun(name)).isSameAs(device);
    assertUp(endpoint);
  }

  private ServerEndpointCheck serverCheck() {
    return new ServerEndpointCheck(devices);
  }

  private static <T> T config(Class<T> type, Object... keysAndValues) {
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      values.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
    }
    return ConfigurationValues.as(type, values);
  }
}

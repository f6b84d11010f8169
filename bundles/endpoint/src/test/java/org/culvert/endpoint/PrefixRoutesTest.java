package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the operating system learns the ways into a tunnel, and on which device they are. */
class PrefixRoutesTest {
  private static final IpPrefix CLIENT = IpPrefix.parse(Ends.CLIENT_INNER + "/128");
  private static final IpPrefix SERVER = IpPrefix.parse(Ends.SERVER_INNER + "/128");
  private static final IpPrefix DELEGATED = IpPrefix.parse(Ends.CLIENT_PREFIX);
  private static final IpPrefix ALL = IpPrefix.parse("::/0");
  private static final TunnelParameters AT_SERVER =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, Ends.outer("198.51.100.1", 40_000));
  private static final TunnelParameters AT_CLIENT =
      Ends.atClient(TunnelType.V6UDPV4, Ends.outer("198.51.100.1", 40_000), Ends.SERVER);

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final Ends server = Ends.server(network.host("192.0.2.1"));
  private final Ends client = Ends.client(network.host("198.51.100.1"));

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void staticPrefixesAreRoutes() {
    server.apply(AT_SERVER);
    client.apply(AT_CLIENT);

    assertThat(at(server).routes()).isEqualTo(Set.of(CLIENT, DELEGATED));
    assertThat(at(server).fallbackRoutes()).isEmpty();
    assertThat(at(client).routes()).isEqualTo(Set.of(SERVER, ALL));
    assertThat(at(client).fallbackRoutes()).isEmpty();
  }

  @Test
  void floatingPrefixesAreFallbackRoutesAndTheOtherEndIsNot() {
    server.apply(Ends.with(AT_SERVER, PrefixRoutes.FLOATING, false));
    client.apply(Ends.with(AT_CLIENT, PrefixRoutes.FLOATING, false));

    assertThat(at(server).routes()).isEqualTo(Set.of(CLIENT));
    assertThat(at(server).fallbackRoutes()).isEqualTo(Set.of(DELEGATED));
    assertThat(at(client).routes()).isEqualTo(Set.of(SERVER));
    assertThat(at(client).fallbackRoutes()).isEqualTo(Set.of(ALL));
  }

  @Test
  void whereARoutingProtocolEntersThemOnlyTheOtherEndIsARoute() {
    server.apply(Ends.with(AT_SERVER, PrefixRoutes.NONE, false));
    client.apply(Ends.with(AT_CLIENT, PrefixRoutes.NONE, false));

    assertThat(at(server).routes()).isEqualTo(Set.of(CLIENT));
    assertThat(at(server).fallbackRoutes()).isEmpty();
    assertThat(at(client).routes()).isEqualTo(Set.of(SERVER));
    assertThat(at(client).fallbackRoutes()).isEmpty();
  }

  @Test
  void changeOfRoutesIsNoChangeOfTheTunnel() {
    server.apply(AT_SERVER);
    InMemoryTun tun = server.tun();
    server.devices.watch(DELEGATED);

    server.apply(Ends.with(AT_SERVER, PrefixRoutes.FLOATING, false));
    server.apply(AT_SERVER);

    assertThat(server.tun()).isSameAs(tun);
    assertThat(at(server).routes()).contains(DELEGATED);
    assertThat(server.devices.gaps()).isEmpty();
  }

  @Test
  void linkOfItsOwnHasALinkLocalAddressThatNobodyGuesses() {
    openLinks();

    InterfaceAddress here = linkLocal(server, "culvert0-1");
    InterfaceAddress there = linkLocal(client, "culvert1-1");
    assertThat(here).isNotEqualTo(there);
    assertThat(here.length()).isEqualTo(64);
    server.apply(Ends.with(AT_SERVER, PrefixRoutes.NONE, true));
    assertThat(linkLocal(server, "culvert0-1")).isEqualTo(here);
    assertThat(new LinkLocalAddresses().of("seven")).isNotEqualTo(here);
    assertThat(new LinkLocalAddresses().of("seven"))
        .isNotEqualTo(new LinkLocalAddresses().of("seven"));
  }

  @Test
  void sharedDeviceHasNoLinkLocalAddress() {
    server.apply(AT_SERVER);

    assertThat(at(server).addresses()).hasSize(1);
  }

  @Test
  void multicastCrossesBetweenTwoEndsOnALinkOfItsOwn() throws Exception {
    openLinks();
    InMemoryTun here = server.devices.tun("culvert0-1");
    InMemoryTun there = client.devices.tun("culvert1-1");
    byte[] hello = hello(linkLocal(server, "culvert0-1").address());
    byte[] answer = hello(linkLocal(client, "culvert1-1").address());

    here.push(hello);
    assertThat(there.next()).isEqualTo(hello);
    there.push(answer);
    assertThat(here.next()).isEqualTo(answer);
    there.push(Packets.echoRequest(Ends.CLIENT_INNER, Ends.SERVER_INNER, 1));
    assertThat(Packets.isEchoRequest(here.next())).isTrue();
    assertThat(Packets.isEchoReply(there.next())).isTrue();
  }

  @Test
  void tunnelMovesToADeviceOfItsOwnAndBackWithoutAGap() throws Exception {
    TunnelParameters link = Ends.with(AT_SERVER, PrefixRoutes.FLOATING, true);
    server.apply(AT_SERVER);
    client.apply(AT_CLIENT);
    server.devices.watch(CLIENT);
    server.devices.watch(DELEGATED);

    server.apply(link);
    assertThat(server.state("seven")).isEqualTo(new TunnelState.Up("userspace", "culvert0-1"));
    assertThat(server.devices.tun("culvert0-1").configuration().routes()).isEqualTo(Set.of(CLIENT));
    assertThat(server.devices.tun("culvert0-1").configuration().fallbackRoutes())
        .isEqualTo(Set.of(DELEGATED));
    assertThat(at(server).routes()).isEmpty();

    server.apply(Ends.with(AT_SERVER, PrefixRoutes.FLOATING, false));
    assertThat(server.state("seven")).isEqualTo(new TunnelState.Up("userspace", "culvert0"));
    assertThat(server.devices.exists("culvert0-1")).isFalse();
    assertThat(at(server).routes()).isEqualTo(Set.of(CLIENT));
    assertThat(at(server).fallbackRoutes()).isEqualTo(Set.of(DELEGATED));
    server.apply(link);
    server.apply(AT_SERVER);

    assertThat(server.devices.gaps()).isEmpty();
    client.tun().push(Packets.echoRequest(Ends.CLIENT_INNER, Ends.SERVER_INNER, 1));
    assertThat(Packets.isEchoReply(client.tun().next())).isTrue();
  }

  @Test
  void linkThatEndsTakesItsDeviceAndItsRoutes() {
    openLinks();

    server.apply();

    assertThat(server.devices.exists("culvert0-1")).isFalse();
    assertThat(server.hasDevice()).isTrue();
  }

  @Test
  void removedDeviceOfALinkIsMadeAnewWithAllThatItHad() {
    openLinks();
    DeviceConfiguration before = server.devices.tun("culvert0-1").configuration();

    server.devices.tun("culvert0-1").remove();
    Eventually.holds("the loss is noticed", () -> server.datapathNotices("seven"));
    server.executor.advance(Duration.ofSeconds(2));

    assertThat(server.devices.tun("culvert0-1").configuration()).isEqualTo(before);
    assertThat(server.state("seven")).isInstanceOf(TunnelState.Up.class);
  }

  private void openLinks() {
    server.apply(Ends.with(AT_SERVER, PrefixRoutes.NONE, true));
    client.apply(Ends.with(AT_CLIENT, PrefixRoutes.NONE, true));
    assertThat(server.state("seven")).isEqualTo(new TunnelState.Up("userspace", "culvert0-1"));
    assertThat(client.state("own")).isEqualTo(new TunnelState.Up("userspace", "culvert1-1"));
  }

  private static byte[] hello(InetAddress source) {
    InetAddress all = IpAddresses.parse("ff02::5");
    return Packets.packet(source, all, 89, new byte[36]);
  }

  private static DeviceConfiguration at(Ends end) {
    return end.tun().configuration();
  }

  private static InterfaceAddress linkLocal(Ends end, String device) {
    return end.devices.tun(device).configuration().addresses().stream()
        .filter(address -> address.address().isLinkLocalAddress())
        .findFirst()
        .orElseThrow();
  }
}

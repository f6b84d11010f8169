package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.stream.Stream;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client without IPv4, whose packets a NAT64 translates. */
class TranslatedTunnelTest {
  private static final InetSocketAddress CLIENT = Ends.outer("2001:db8:b::7", 40_000);
  private static final InetSocketAddress BROKER = Ends.outer("64:ff9b::c000:201", 3653);

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final Ends client = Ends.client(network.host("2001:db8:b::7"));
  private final Ends server = Ends.server(network.host("192.0.2.1", "2001:db8:a::1"));

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void carriesUdpOverIpv6AtTheClient() throws Exception {
    client.apply(Ends.atClient(TunnelType.V6UDPV4, CLIENT, BROKER));
    assertThat(client.state("own")).isEqualTo(new TunnelState.Up("userspace", "culvert1"));
    byte[] request = Packets.echoRequest(Ends.CLIENT_INNER, Ends.SERVER_INNER, 1);

    client.tun().push(request);
    InMemoryNetwork.Crossing crossing = next(request);
    network.forge(crossing.wire(), BROKER, CLIENT, Packets.echoReplyTo(request));

    WireFormat plain = client.v6UdpV4.profile().wireFormat();
    assertThat(crossing.wire()).isEqualTo(plain.sentOver(IpVersion.IPV6));
    assertThat(crossing.wire().overhead()).isEqualTo(plain.overhead() + 20);
    assertThat(crossing.source()).isEqualTo(CLIENT);
    assertThat(crossing.destination()).isEqualTo(BROKER);
    assertThat(Packets.isEchoReply(client.tun().next())).isTrue();
  }

  @Test
  void carriesNothingThatIsNotTranslated() {
    client.apply(
        Ends.atClient(
            TunnelType.V6V4, Ends.outer("2001:db8:b::7", 0), Ends.outer("64:ff9b::c000:201", 0)));

    assertThat(client.state("own")).isInstanceOf(TunnelState.Failed.class);
  }

  @Test
  void refusesSuchATunnelAtAServerWhichIsBehindTheTranslator() {
    server.apply(Ends.atServer(TunnelType.V6UDPV4, Ends.outer("2001:db8:a::1", 3653), CLIENT));

    assertThat(server.state("seven")).isInstanceOf(TunnelState.Failed.class);
  }

  /** The device's thread sends it. */
  private InMemoryNetwork.Crossing next(byte[] packet) {
    Eventually.holds("a packet crosses", () -> crossings(packet).findFirst().isPresent());
    return crossings(packet).findFirst().orElseThrow();
  }

  private Stream<InMemoryNetwork.Crossing> crossings(byte[] packet) {
    return network.capture().stream()
        .filter(crossing -> Packets.isEchoRequest(crossing.packet()))
        .filter(crossing -> crossing.packet().length == packet.length);
  }
}

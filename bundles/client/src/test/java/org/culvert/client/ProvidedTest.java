package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvidedTest {
  private static final ServedTunnel TUNNEL =
      new ServedTunnel(
          "client",
          Side.CLIENT,
          "al\nice=ü",
          false,
          TunnelType.V6UDPV4,
          IpAddresses.parse("2001:db8::1"),
          IpAddresses.parse("2001:db8::2"),
          Optional.of(IpPrefix.parse("2001:db8:1::/48")),
          Optional.of("culvert1"),
          new Arrangements(
              Optional.of("gw.example.net"),
              List.of(
                  new DnsServer.Name("ns.example.net"),
                  new DnsServer.Address(IpAddresses.parse("192.0.2.1")),
                  new DnsServer.Address(IpAddresses.parse("2001:db8::53"))),
              Optional.of(RoutingAgreement.bgp(4_200_000_000L, 65000))));
  private static final ServedTunnel BARE =
      new ServedTunnel(
          "client",
          Side.CLIENT,
          "anonymous",
          true,
          TunnelType.V4V6,
          IpAddresses.parse("192.0.0.1"),
          IpAddresses.parse("192.0.0.2"),
          Optional.empty(),
          Optional.empty(),
          Arrangements.NONE);

  @TempDir Path directory;

  @Test
  void survivesARestart() {
    Path file = directory.resolve("deep/services");
    Provided provided = new Provided(file);
    provided.remember("prefix/radvd", TUNNEL);
    provided.remember("routing/frr", BARE);

    assertThat(new Provided(file).recall("prefix/radvd")).contains(TUNNEL);
    assertThat(new Provided(file).recall("routing/frr")).contains(BARE);

    provided.forget("prefix/radvd");
    assertThat(new Provided(file).recall("prefix/radvd")).isEmpty();
    assertThat(new Provided(file).recall("routing/frr")).contains(BARE);
  }

  @Test
  void whatMakesNoSenseCostsNoOtherEntry() throws IOException {
    Path file = directory.resolve("services");
    new Provided(file).remember("x", TUNNEL);
    String text = Files.readString(file);
    Files.writeString(
        file, text.replaceAll("(?m)^0\\.", "1.") + "0.service=y\n0.id=client\n0.server=nonsense\n");

    assertThat(new Provided(file).recall("y")).isEmpty();
    assertThat(new Provided(file).recall("x")).contains(TUNNEL);

    Files.writeString(file, text + "#" + "x".repeat(70_000));
    assertThat(new Provided(file).recall("x")).isEmpty();
  }

  @Test
  void isWrittenAsSoonAsItCanBe() throws IOException {
    Path inTheWay = Files.writeString(directory.resolve("deep"), "");
    Path file = inTheWay.resolve("services");
    Provided provided = new Provided(file);
    provided.remember("x", TUNNEL);
    assertThat(provided.recall("x")).contains(TUNNEL);

    Files.delete(inTheWay);
    provided.flush(Runnable::run);

    assertThat(new Provided(file).recall("x")).contains(TUNNEL);
  }
}

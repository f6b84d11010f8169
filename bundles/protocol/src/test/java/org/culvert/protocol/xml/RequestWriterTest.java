package org.culvert.protocol.xml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.service.DnsServer;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.Samples;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

class RequestWriterTest {

  @Test
  void writesAllThatARequestCanSayAndReadsItBack() {
    TunnelRequest request =
        new TunnelRequest(
            TunnelType.V6V4,
            List.of(Samples.ip("192.0.2.1")),
            true,
            Optional.of(Duration.ofSeconds(45)),
            Optional.of(
                new RouterRequest(
                    OptionalInt.of(56),
                    Optional.of("bgp"),
                    OptionalLong.of(4_200_000_000L),
                    List.of(new DnsServer.Name("ns1.example")))),
            Optional.of("alice.tb.example"));

    String written = RequestWriter.write(new TunnelCommand.Create(request), IpVersion.IPV6);

    assertThat(written)
        .startsWith("<tunnel action=\"create\" type=\"v6v4\" proxy=\"yes\">\r\n")
        .contains("  <address type=\"dn\">alice.tb.example</address>\r\n")
        .contains("<router protocol=\"bgp\">\r\n", "<as number=\"4200000000\"/>\r\n");
    assertThat(Samples.command(written.getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(new TunnelCommand.Create(request));
  }

  @Test
  @Demands("D-4.7.3-2")
  void writesTheTwoAddressesOfTheDraftsV4V6Client() {
    TunnelRequest request =
        new TunnelRequest(
            TunnelType.V4V6,
            List.of(Samples.ip("fe80::1"), Samples.ip("2001:db8::1")),
            false,
            Optional.empty(),
            Optional.empty());

    String written = RequestWriter.write(new TunnelCommand.Create(request), IpVersion.IPV6);

    assertThat(Samples.command(written.getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(new TunnelCommand.Create(request));
  }
}

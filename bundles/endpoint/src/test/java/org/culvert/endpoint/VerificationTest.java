package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VerificationTest {
  private static final TunnelParameters TUNNEL =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, Ends.outer("198.51.100.1", 40_000));

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final Ends server = Ends.server(network.host("192.0.2.1"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void findsNothingWhereAllIsWell() {
    assertThat(findings()).isEmpty();

    server.apply(TUNNEL);

    assertThat(findings()).isEmpty();
  }

  @Test
  void namesTunnelsThatAreNotUp() {
    TunnelParameters wrong =
        Ends.atServer(
            "wrong",
            TunnelType.V6UDPV4,
            Ends.outer("192.0.2.99", 1),
            Ends.outer("198.51.100.2", 2),
            "2001:db8::9",
            "2001:db8:900::/48");
    TunnelParameters unknown =
        Ends.atServer(
            "unknown",
            new TunnelType("v6sctp"),
            Ends.SERVER,
            Ends.outer("198.51.100.3", 1),
            "2001:db8::a",
            "2001:db8:a00::/48");

    server.apply(TUNNEL, wrong, unknown);

    assertThat(findings())
        .containsExactly(
            "tunnel wrong failed: this host has no address 192.0.2.99",
            "tunnel unknown is suspended: no bundle for v6sctp is active");
  }

  @Test
  void passesOnWhatDevicesLackAndWhoShadowsThem() throws Exception {
    server.apply(TUNNEL);
    DeviceConfiguration right = server.tun().configuration();
    server.devices.configure(
        "culvert0", new DeviceConfiguration(right.addresses(), Set.of(), 1280));
    server.devices.shadow("the route to 2001:db8:700::/48 by culvert0 is shadowed by eth0");

    assertThat(findings())
        .containsExactly(
            "the route to 2001:db8:700::/48 by culvert0 is shadowed by eth0",
            "device culvert0 is not as it should be");
  }

  @Test
  void namesADeviceThatIsGone() {
    server.apply(TUNNEL);

    server.tun().remove();

    assertThat(findings()).containsExactly("device culvert0 is missing");
  }

  @Test
  void saysWhyADeviceCannotBeLookedAt() {
    server.apply(TUNNEL);

    server.devices.refuse("out of memory");

    assertThat(findings()).containsExactly("devices cannot be looked at: out of memory");
  }

  private List<String> findings() {
    return server.endpoint.verify().toCompletableFuture().join();
  }
}

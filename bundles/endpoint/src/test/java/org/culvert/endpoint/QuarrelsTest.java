package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Another program that changes a device again and again. */
class QuarrelsTest {
  private static final Duration SOON = Duration.ofMillis(500);

  private final Ends server = Ends.server(new InMemoryNetwork().host("192.0.2.1"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aQuarrelAboutOneDeviceDelaysNoOther() {
    server.endpoint.bind(new OwnDevicesDatapath(server.devices), 10);
    server.apply(tunnel(1), tunnel(2));
    for (int i = 0; i < 100; i++) {
      server.devices.lose("own-t1", prefix(1));
      server.executor.advance(SOON);
    }
    assertThat(server.devices.tun("own-t1").configuration().routes()).doesNotContain(prefix(1));

    server.devices.lose("own-t2", prefix(2));
    server.executor.advance(SOON);

    assertThat(server.devices.tun("own-t2").configuration().routes()).contains(prefix(2));
  }

  private static IpPrefix prefix(int number) {
    return IpPrefix.parse("2001:db8:%x::/48".formatted(0x1000 + number));
  }

  private static TunnelParameters tunnel(int number) {
    return Ends.atServer(
        "t" + number,
        TunnelType.V6V4,
        Ends.outer("192.0.2.1", 0),
        Ends.outer("198.51.100." + number, 0),
        "2001:db8:1::%x".formatted(number),
        prefix(number).toString());
  }
}

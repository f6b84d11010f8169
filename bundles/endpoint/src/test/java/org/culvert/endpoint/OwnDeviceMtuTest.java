package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.culvert.api.datapath.PathListener;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier.IpProtocol;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnDeviceMtuTest {
  private static final WireFormat WIRE =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new IpProtocol(41));
  private static final EndpointSettings SETTINGS =
      EndpointSettings.from("org.culvert.endpoint.server", "server", "culvert0", 1480, "auto");

  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private RunningDatapath running;

  @BeforeEach
  void start() throws Exception {
    running = start(SETTINGS);
    running.carry(List.of(tunnel("eight", "198.51.100.8"), tunnel("nine", "198.51.100.9")));
  }

  private RunningDatapath start(EndpointSettings settings) throws Exception {
    DeviceConfigurations configurations =
        new DeviceConfigurations(devices, new Quarrels(() -> 0), new ShadowedRoutes(devices));
    return RunningDatapath.start(
        new OwnDevicesDatapath(devices), settings, configurations, PathListener.NONE);
  }

  @Test
  void theDeviceHasWhatThePathOfItsTunnelCarries() {
    running.mtu("eight", 1480);
    running.mtu("unknown", 1480);

    assertThat(mtu("own-eight")).isEqualTo(1480);
    assertThat(mtu("own-nine")).isEqualTo(1280);
    assertThat(running.devices().wanted().get("own-eight").mtu()).isEqualTo(1480);
  }

  @Test
  void anotherChangeAndAnotherHandLeaveItSo() {
    running.mtu("eight", 1480);

    running.carry(List.of(tunnel("eight", "198.51.100.8")));
    assertThat(mtu("own-eight")).isEqualTo(1480);

    running.devices().doubt("own-eight");
    running.devices().look(running.devices().doubtful());
    assertThat(mtu("own-eight")).isEqualTo(1480);
  }

  @Test
  void whatWasFoundEndsWithAMove() {
    running.mtu("eight", 1480);

    running.carry(List.of(tunnel("eight", "198.51.100.77")));

    assertThat(mtu("own-eight")).isEqualTo(1280);
  }

  /** Packets that are routed by their source never learn what a datapath says of its device. */
  @ParameterizedTest
  @CsvSource({"client, 1280, 1472", "server, 1480, 1480"})
  void theDeviceOfAllIsAClientsOneTunnels(String role, int first, int found) throws Exception {
    running.close();
    running = start(EndpointSettings.from("pid", role, "own-eight", 1480, "auto"));
    running.carry(List.of(tunnel("eight", "198.51.100.8")));
    assertThat(mtu("own-eight")).isEqualTo(first);

    running.mtu("eight", 1472);

    assertThat(mtu("own-eight")).isEqualTo(found);
  }

  private int mtu(String device) {
    return devices.tun(device).configuration().mtu();
  }

  private static DesiredTunnel tunnel(String id, String remote) {
    String digit = remote.substring(remote.length() - 1);
    TunnelParameters parameters =
        Ends.atServer(
            id,
            TunnelType.V6V4,
            Ends.outer("192.0.2.1", 0),
            Ends.outer(remote, 0),
            "2001:db8::" + digit,
            "2001:db8:" + digit + "00::/48");
    return DesiredTunnel.of(parameters, WIRE, new LinkLocalAddresses());
  }
}

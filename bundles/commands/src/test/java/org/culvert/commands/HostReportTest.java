package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.culvert.api.broker.BrokerAdministration;
import org.culvert.api.broker.BrokerAdministration.BrokeredTunnel;
import org.culvert.api.endpoint.HostReport;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.tunnel.TunnelState;
import org.junit.jupiter.api.Test;

/** What a host lacks stands where its operator looks. */
class HostReportTest {
  private static final Map<String, Object> SERVER =
      Map.of(TunnelEndpoint.ROLE, TunnelEndpoint.SERVER);
  private static final String ONE = "IPv6 is not forwarded; type: sysctl -w x=1";
  private static final String TWO = "this process may open 4096 files";

  private List<BrokeredTunnel> tunnels = List.of();

  @Test
  void tunnelsAreFollowedByIt() throws Exception {
    assertThat(output(new TunnelsCommand()))
        .containsExactly("none", "Host: " + ONE, "Host: " + TWO);
  }

  @Test
  void tunnelsThatFailedAreFollowedByTheReason() throws Exception {
    tunnels = List.of(TunnelsTest.tunnel(new TunnelState.Failed("no address; type: ip a")));

    assertThat(output(new TunnelsCommand()))
        .endsWith("1 tunnel failed: no address; type: ip a", "Host: " + ONE, "Host: " + TWO);
  }

  @Test
  void verificationNamesItOnce() throws Exception {
    assertThat(output(new VerifyLeasesCommand())).containsExactly(ONE, TWO, "2 violations.");
  }

  private List<String> output(ShellCommand command) throws Exception {
    command.context =
        new FakeServices()
            .add(BrokerAdministration.class, broker())
            .add(HostReport.class, () -> List.of(ONE), SERVER)
            .add(HostReport.class, () -> List.of(TWO), SERVER)
            .context();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    command.run(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** Its endpoint tells it as well. */
  private BrokerAdministration broker() {
    return (BrokerAdministration)
        Proxy.newProxyInstance(
            BrokerAdministration.class.getClassLoader(),
            new Class<?>[] {BrokerAdministration.class},
            (proxy, method, arguments) ->
                method.getName().equals("verify")
                    ? CompletableFuture.completedStage(List.of(ONE))
                    : tunnels);
  }
}

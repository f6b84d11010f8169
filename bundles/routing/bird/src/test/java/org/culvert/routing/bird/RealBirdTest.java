package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real BIRDs at the two ends of a link that is like a tunnel. */
final class RealBirdTest extends RealBirds {
  @ParameterizedTest
  @MethodSource("agreements")
  void bringsUpRoutingFromBothEndsAndTakesItBack(RoutingAgreement agreement) throws Exception {
    RealBird client = open(RealBird.start(lab.client, ""));
    BirdRouting atServer = routing(server, Map.of());
    BirdRouting atClient = routing(client, Map.of());
    ServedTunnel served = Tunnels.tunnel(Side.SERVER, agreement);
    ServedTunnel used = Tunnels.tunnel(Side.CLIENT, agreement);
    String serverBefore = Lab.routes(lab.server);
    String clientBefore = Lab.routes(lab.client);

    atServer.provide(served);
    atClient.provide(used);

    Patience.until("the prefix is learned", () -> learned(lab.server).contains(Tunnels.PREFIX));
    Patience.until("the default route is", () -> learned(lab.client).contains("default"));
    assertThat(learned(lab.server)).contains("dev tun0").hasLineCount(1);
    assertThat(learned(lab.client)).contains("dev tun0").hasLineCount(1);
    assertThat(atServer.state(served)).contains(", 1 prefix accepted, 1 prefix announced");
    assertThat(server.files()).hasSize(2).noneMatch(file -> file.contains("unguessable"));
    Patience.until("all is well at the server", () -> verify(atServer, served).isEmpty());
    Patience.until("all is well at the client", () -> verify(atClient, used).isEmpty());

    atServer.withdraw(served.on(Optional.empty()));
    atClient.withdraw(used.on(Optional.empty()));

    Patience.until(
        "the server's routes are as before", () -> Lab.routes(lab.server).equals(serverBefore));
    Patience.until(
        "the client's routes are as before", () -> Lab.routes(lab.client).equals(clientBefore));
    assertThat(server.files()).containsExactly("culvert.conf");
    assertThat(server.say("show protocols")).doesNotContain("culvert_");
  }

  @Test
  void leavesNobodyElsesSessionDown() throws Exception {
    String operators =
        "ipv6 table others;\n"
            + "protocol static theirs { ipv6 { table others; }; route 2001:db8:9::/48 via \"tun0\"; }\n"
            + "protocol bgp operators { local %s port 1790 as %d; neighbor %s port 1790 as %d;\n"
            + "  multihop 1; connect delay time 1; ipv6 { table others; import all; export all; }; }\n";
    // A BGP of the operator's own over the same link, which BIRD lets share no port.
    server.configure(include() + operators.formatted(Tunnels.SERVER, 64601, Tunnels.CLIENT, 64602));
    RealBird client =
        open(
            RealBird.start(
                lab.client, operators.formatted(Tunnels.CLIENT, 64602, Tunnels.SERVER, 64601)));
    server.say("configure");
    Patience.until("they speak", () -> server.say("show protocols").contains("Established"));
    String since = line(server, "operators");
    BirdRouting atServer = routing(server, Map.of());
    Files.writeString(server.included().resolve("operators.conf"), "define theirs2 = 1;\n");

    ServedTunnel served = Tunnels.tunnel(Side.SERVER, Tunnels.RIP);
    atServer.provide(served);
    routing(client, Map.of()).provide(Tunnels.tunnel(Side.CLIENT, Tunnels.RIP));
    Patience.until("the prefix is learned", () -> learned(lab.server).contains(Tunnels.PREFIX));
    atServer.withdraw(served);

    assertThat(line(server, "operators")).isEqualTo(since).contains("Established");
    assertThat(server.files()).containsExactly("culvert.conf", "operators.conf");
  }

  @Test
  void doesNotReconfigureForWhatIsSoAlready() throws Exception {
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);
    String log = server.log();

    atServer.provide(SERVED);
    atServer.withdraw(Tunnels.tunnel("never seen", Side.SERVER, Tunnels.BGP, Optional.empty()));

    assertThat(server.log().substring(log.length())).doesNotContain("Reconfigur");
  }

  @Test
  void needsToDoNothingWhenBirdRestarts() throws Exception {
    RealBird client = open(RealBird.start(lab.client, ""));
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);
    routing(client, Map.of("connectRetry", 1)).provide(Tunnels.tunnel(Side.CLIENT, Tunnels.BGP));
    Patience.until("the prefix is learned", () -> learned(lab.server).contains(Tunnels.PREFIX));

    server.end();
    Patience.until("it is gone with BIRD", () -> learned(lab.server).isEmpty());
    assertThatThrownBy(() -> atServer.state(SERVED))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("BIRD is not running");
    Patience.until("nothing is offered", () -> atServer.protocols().isEmpty());
    server.begin();

    Patience.until("it is learned again", () -> learned(lab.server).contains(Tunnels.PREFIX));
    Patience.until("all is well", () -> verify(atServer, SERVED).isEmpty());
  }

  @Test
  void putsBackWhatSomebodyRemoved() throws Exception {
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);
    Path file = server.included().resolve(TunnelName.of(SERVED).file());

    Files.delete(file);
    server.say("configure");

    assertThat(atServer.verify(SERVED))
        .contains(file + " is missing", "BIRD has no protocol " + TunnelName.of(SERVED).text());
    atServer.provide(SERVED);
    Patience.until("all is well", () -> verify(atServer, SERVED).isEmpty());
  }

  private String include() {
    return "protocol device { }\nprotocol kernel { ipv6 { export all; }; }\ninclude \""
        + server.included()
        + "/*.conf\";\n";
  }

  private static String line(RealBird bird, String name) {
    return bird.say("show protocols " + name);
  }
}

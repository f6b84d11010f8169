package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.tcp;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No tunnel stands in a tunnel of the same broker (threat T4). */
class NestingTest {
  private static final String HOME6 = "2001:db8:e::2";

  private static final Set<TunnelType> TYPES =
      Set.of(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);

  private final Rig rig = rig("10.64.0.0/16");

  @Test
  @Threat("T4")
  void refusesATunnelInsideTheIpv4OfAnother() {
    String inner =
        IpAddresses.text(rig.accepted(ALICE, rig.offerV4V6(ALICE, HOME6)).client().inner());

    assertThat(refusal(rig.askUdp(BOB, inner, 4000))).isEqualTo(StatusCode.INVALID_IPV4_ADDRESS);
    assertThat(refusal(rig.broker.offer(BOB, request(TunnelType.V6V4, inner), tcp(inner))))
        .isEqualTo(StatusCode.INVALID_IPV4_ADDRESS);
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  @Threat("T4")
  void refusesATunnelInsideTheIpv6OfAnother() {
    TunnelOffer outer = rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));
    String address = IpAddresses.text(outer.client().inner());
    String behind = IpAddresses.text(outer.router().orElseThrow().prefix().network()) + "7";

    assertThat(refusal(rig.askV4V6(BOB, address))).isEqualTo(StatusCode.INVALID_IPV6_ADDRESS);
    assertThat(refusal(rig.askV4V6(BOB, behind))).isEqualTo(StatusCode.INVALID_IPV6_ADDRESS);
  }

  /** What nobody has today somebody gets tomorrow. */
  @ParameterizedTest
  @ValueSource(strings = {"2001:db8:0:1::99", "2001:db8:0:2::99", "2001:db8:8012::1"})
  void refusesAddressesOfThePoolsThatNobodyHas(String address) {
    assertThat(refusal(rig.askV4V6(BOB, address))).isEqualTo(StatusCode.INVALID_IPV6_ADDRESS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2002:a40:5::1", // 6to4
        "2001:0:c000:201:8000:63bf:f5bf:fffa", // Teredo
        "64:ff9b::10.64.0.5", // NAT64
        "2001:db8:9::5efe:10.64.0.5", // ISATAP
        "2001:db8:9::200:5efe:10.64.0.5"
      })
  @Threat("T4")
  void refusesAddressesThatRelaysTurnIntoSuch(String address) {
    assertThat(refusal(rig.askV4V6(BOB, address))).isEqualTo(StatusCode.INVALID_IPV6_ADDRESS);
  }

  @Test
  void refusesToMoveIntoATunnelAndLeavesTheOldOneAlone() {
    String inner =
        IpAddresses.text(rig.accepted(ALICE, rig.offerV4V6(ALICE, HOME6)).client().inner());
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 4000));

    assertThat(refusal(rig.askUdp(ALICE, inner, 4000))).isEqualTo(StatusCode.INVALID_IPV4_ADDRESS);
    assertThat(rig.lease(ALICE).outer().remote().getAddress()).isEqualTo(IpAddresses.parse(HOME));
  }

  @Test
  void saysWhoIsRefusedWhyAndWhatToDo() {
    CompletionStage<TunnelOffer> refused = rig.askUdp(BOB, "10.64.0.5", 4000);

    assertThat(catchThrowable(() -> refused.toCompletableFuture().join()))
        .hasMessageContaining("10.64.0.5")
        .hasMessageContaining("10.64.0.0/16")
        .hasMessageContaining("ask from an address outside the tunnels");
  }

  @Test
  @Threat("T4")
  void knowsWhatLeasesHaveFromPoolsThatAreGone() {
    String inner =
        IpAddresses.text(rig.accepted(ALICE, rig.offerV4V6(ALICE, HOME6)).client().inner());

    rig.restart(Configs.withPools("ipv4Pool", "10.99.0.0/16"));
    rig.server.types = TYPES;

    assertThat(refusal(rig.askUdp(BOB, inner, 4000))).isEqualTo(StatusCode.INVALID_IPV4_ADDRESS);
    assertThat(rig.offerUdp(BOB, "10.64.0.77", 4000)).isNotNull();
  }

  private static Rig rig(String ipv4Pool) {
    Rig rig = new Rig("ipv4Pool", ipv4Pool);
    rig.server.types = TYPES;
    return rig;
  }
}

package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker behind a NAT that translates one to one, as clouds have it. */
class OutsideAddressesTest {

  @Test
  void repliesNameTheOutsideAddressAndTunnelsStandOnTheInsideOne() {
    Rig rig = rig("198.51.100.5");

    TunnelOffer offer = rig.accepted(ALICE, offer(rig, "10.0.0.5"));

    assertThat(offer.server().outer()).isEqualTo(ip("198.51.100.5"));
    assertThat(get(rig.broker.info(ALICE, path("10.0.0.5"))).server().outer())
        .isEqualTo(ip("198.51.100.5"));
    assertThat(rig.server.desired())
        .allSatisfy(t -> assertThat(t.outer().local().getAddress()).isEqualTo(ip("10.0.0.5")));
    assertThat(get(rig.broker.verify())).isEmpty();
  }

  @Test
  void eachOfSeveralInsideAddressesHasItsOwn() {
    Rig rig = rig("10.0.0.5 198.51.100.5", "10.0.0.6  198.51.100.6");

    assertThat(offer(rig, "10.0.0.5").server().outer()).isEqualTo(ip("198.51.100.5"));
    assertThat(offer(rig, "10.0.0.6").server().outer()).isEqualTo(ip("198.51.100.6"));
    assertThat(offer(rig, "192.0.2.1").server().outer()).isEqualTo(ip("192.0.2.1"));
  }

  @Test
  void oneForEachVersionMayBeWrittenAlone() {
    OutsideAddresses outside =
        OutsideAddresses.from(
            Configs.of("outsideAddresses", new String[] {"198.51.100.5, 2001:db8::5"}));

    assertThat(outside.of(ip("10.0.0.5"))).isEqualTo(ip("198.51.100.5"));
    assertThat(outside.of(ip("fd00::5"))).isEqualTo(ip("2001:db8::5"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.5", "172.31.0.5", "192.168.1.5", "100.64.0.5", "169.254.10.5"})
  void verifyNamesAnAddressThatClientsDoNotReach(String own) {
    Rig rig = new Rig();
    rig.accepted(ALICE, offer(rig, own));

    assertThat(get(rig.broker.verify()))
        .singleElement()
        .asString()
        .contains(own, "outsideAddresses", "etc/org.culvert.broker.cfg");
  }

  /** The first client would get a reply that is of no use to it. */
  @Test
  void verifyNamesAPrivateAddressBeforeThereIsALease() {
    Rig rig = new Rig();
    rig.own = List.of(ip("10.0.0.5"));

    assertThat(get(rig.broker.verify())).containsExactly(OutsideAddresses.told(ip("10.0.0.5")));
    rig.accepted(ALICE, offer(rig, "10.0.0.5"));
    assertThat(get(rig.broker.verify())).as("once").hasSize(1);

    Rig named = rig("10.0.0.5");
    named.own = List.of(ip("10.0.0.5"));
    assertThat(get(named.broker.verify())).isEmpty();
    Rig reached = new Rig();
    reached.own = List.of(ip("192.0.2.1"));
    assertThat(get(reached.broker.verify())).isEmpty();
  }

  @Test
  void verifyIsContentWithAPrivateAddressThatTheOperatorNames() {
    Rig rig = rig("10.0.0.5");
    rig.accepted(ALICE, offer(rig, "10.0.0.5"));

    assertThat(get(rig.broker.verify())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "broker.example.net",
        "10.0.0.5 198.51.100.5 more",
        "10.0.0.5 2001:db8::5",
        "198.51.100.5, 198.51.100.6",
        "10.0.0.5 198.51.100.5, 10.0.0.5 198.51.100.6",
        "0.0.0.0",
        "127.0.0.1",
        "10.0.0.5 224.0.0.1"
      })
  void refusesWhatCannotBeMeant(String text) {
    assertThatThrownBy(
            () -> OutsideAddresses.from(Configs.of("outsideAddresses", new String[] {text})))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("outsideAddresses");
  }

  private static Rig rig(String... outside) {
    return new Rig(Configs.withPools("outsideAddresses", outside));
  }

  private static TunnelOffer offer(Rig rig, String own) {
    return get(rig.broker.offer(ALICE, Rig.request(TunnelType.V6V4, HOME), path(own)));
  }

  private static SignalingPath path(String own) {
    return new SignalingPath(
        Transport.TCP,
        new InetSocketAddress(ip(own), 3653),
        new InetSocketAddress(ip(HOME), 50_000));
  }

  private static InetAddress ip(String text) {
    return IpAddresses.parse(text);
  }
}

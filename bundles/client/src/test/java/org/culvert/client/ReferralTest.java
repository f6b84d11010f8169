package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.client.ClientFixture.address;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.SampleOffers;
import org.culvert.testkit.client.ScriptedSignaling;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferralTest {
  @TempDir Path directory;

  @Test
  @Demands("R-B-5")
  void followsAReferralAtOnceAndStartsWithTheNewestVersion() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.signaling.answer(
        (target, asked) ->
            target.broker().equals(address("192.0.2.1", 3653))
                ? ScriptedSignaling.referred("192.0.2.7")
                : f.offering(asked, SampleOffers.ipv6(TunnelType.V6V4)));
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1", "UDP 2.0.2 192.0.2.7");
    assertThat(f.signaling.asked().get(1).target().host()).isEqualTo("192.0.2.7");
    assertThat(f.signaling.measured()).isEmpty();
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void asksTheClosestOfSeveralFirst() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.names.put("near.example", List.of("192.0.2.9"));
    f.signaling.distance(address("192.0.2.8", 3653), Duration.ofMillis(90));
    f.signaling.distance(address("192.0.2.9", 3653), Duration.ofMillis(3));
    f.signaling.answer(
        (target, asked) ->
            target.broker().equals(address("192.0.2.1", 3653))
                ? ScriptedSignaling.referred(
                    "192.0.2.7", "192.0.2.8", "2001:db8::1", "near.example", "gone.example")
                : ScriptedSignaling.unreachable());
    f.configs.with("transports", "udp");
    f.start();

    assertThat(f.asked())
        .containsExactly(
            "UDP 2.0.2 192.0.2.1",
            "UDP 2.0.2 192.0.2.9",
            "UDP 2.0.2 192.0.2.8",
            "UDP 2.0.2 192.0.2.7");
  }

  @Test
  @Threat("T21")
  void neverAsksTheSameAddressTwiceInAChain() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.names.put("again.example", List.of("192.0.2.1"));
    f.signaling.answer(
        (target, asked) ->
            target.broker().equals(address("192.0.2.1", 3653))
                ? ScriptedSignaling.referred("192.0.2.2")
                : ScriptedSignaling.referred("again.example"));
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1", "UDP 2.0.2 192.0.2.2");
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains("asked already");
  }

  @Test
  @Threat("T21")
  void followsNoMoreThanFiveReferrals() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.signaling.answer(
        (target, asked) -> {
          byte[] octets = target.broker().getAddress().getAddress();
          octets[3]++;
          return ScriptedSignaling.referred(IpAddresses.text(IpAddresses.of(octets)));
        });
    f.start();

    assertThat(f.asked()).hasSize(1 + ReferralChain.MAX_HOPS);
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains("refers on and on");
  }

  @Test
  @Threat("T21")
  void looksAtNoMoreThanSixteenBrokersOfAReferral() {
    String[] many = new String[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = "192.0.2." + (i + 2);
    }
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp");
    f.signaling.answer(
        (target, asked) ->
            target.broker().equals(address("192.0.2.1", 3653))
                ? ScriptedSignaling.referred(many)
                : ScriptedSignaling.unreachable());
    f.start();

    assertThat(f.signaling.measured()).hasSize(ReferralChain.MAX_BROKERS);
    assertThat(f.asked()).hasSize(1 + ReferralChain.MAX_BROKERS);
  }

  @Test
  @Threat("T21")
  void looksUpNoMoreThanSixteenNamesOfAReferral() {
    String[] many = new String[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = "b" + i + ".example";
    }
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp");
    f.names.put("b16.example", List.of("192.0.2.16"));
    f.signaling.answer((target, asked) -> ScriptedSignaling.referred(many));
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1");
  }

  @Test
  @Threat("T21")
  void looksAtNoMoreThanSixteenAddressesOfAName() {
    ClientFixture f = new ClientFixture(directory, "tb.example");
    f.configs.with("transports", "udp");
    f.names.put("tb.example", IntStream.range(1, 100).mapToObj(i -> "10.0.0." + i).toList());
    f.start();

    assertThat(f.asked()).hasSize(BrokerSearch.MAX_ADDRESSES);
  }

  @Test
  @Threat("T21")
  void followsNobodyWhoHasNotProvedWhoHeIs() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1", "192.0.2.2");
    f.configs.with("transports", "udp");
    f.signaling.answer((target, asked) -> ScriptedSignaling.referredByAnybody("192.0.2.7"));
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1", "UDP 2.0.2 192.0.2.2");
    assertThat(f.signaling.measured()).isEmpty();
    assertThat(f.lastError())
        .contains("192.0.2.1:3653: refers to other brokers, which is not followed")
        .contains("referrals = any")
        .contains("301");
  }

  @Test
  void takesAReferralThatIsNotFollowedAtTheVersionForAPlainRefusalOfTheVersion() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp");
    f.signaling.answer(
        (target, asked) ->
            target.version().equals("2.0.0")
                ? f.offering(asked, SampleOffers.ipv6(TunnelType.V6V4))
                : CompletableFuture.failedFuture(
                    new TspException(
                        StatusCode.UNSUPPORTED_VERSION,
                        "scripted",
                        new Referral(List.of("192.0.2.7")))));
    f.start();

    assertThat(f.asked())
        .containsExactly("UDP 2.0.2 192.0.2.1", "UDP 2.0.1 192.0.2.1", "UDP 2.0.0 192.0.2.1");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void followsAnybodyIfTheOperatorSaysSo() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp").with("referrals", "any");
    f.signaling.answer((target, asked) -> ScriptedSignaling.referredByAnybody("192.0.2.7"));
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1", "UDP 2.0.2 192.0.2.7");
  }

  @Test
  void followsNobodyIfTheOperatorSaysSo() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp").with("referrals", "none");
    f.signaling.answer((target, asked) -> ScriptedSignaling.referred("192.0.2.7"));
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1");
    assertThat(f.lastError()).contains("referrals = none");
  }

  @Test
  void asksOverTlsWhereverItIsReferredTo() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "tls");
    f.signaling.distance(address("192.0.2.8", 3653), Duration.ofMillis(3));
    f.signaling.answer(
        (target, asked) ->
            target.broker().equals(address("192.0.2.1", 3654))
                ? ScriptedSignaling.referred("192.0.2.7", "192.0.2.8")
                : ScriptedSignaling.unreachable());
    f.start();

    assertThat(f.signaling.asked())
        .extracting(asked -> asked.target().transport() + " " + asked.target().broker())
        .containsExactly("TLS /192.0.2.1:3654", "TLS /192.0.2.8:3654", "TLS /192.0.2.7:3654");
  }

  @Test
  void keepsTheOrderOfTheListWhereNoTimeDecides() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp");
    for (String broker : List.of("192.0.2.9", "192.0.2.5")) {
      f.signaling.distance(address(broker, 3653), Duration.ofMillis(3));
    }
    f.signaling.answer(
        (target, asked) ->
            target.broker().equals(address("192.0.2.1", 3653))
                ? ScriptedSignaling.referred(
                    "192.0.2.8", "192.0.2.9", "2001:db8::1", "192.0.2.5", "192.0.2.3")
                : ScriptedSignaling.unreachable());
    f.start();

    assertThat(f.asked())
        .containsExactly(
            "UDP 2.0.2 192.0.2.1",
            "UDP 2.0.2 192.0.2.9",
            "UDP 2.0.2 192.0.2.5",
            "UDP 2.0.2 192.0.2.8",
            "UDP 2.0.2 192.0.2.3");
  }

  @Test
  void asksNobodyIfAReferralNamesNonsense() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.signaling.answer(
        (target, asked) -> ScriptedSignaling.referred("a b", "0.0.0.0", "224.0.0.1"));
    f.start();

    assertThat(f.asked()).hasSize(1);
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
  }
}

package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.tcp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsRegistrar.NameGrant;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.NameRequest;
import org.culvert.api.service.PrefixRegistry;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

/** What a tunnel is called, and to whom its reverse zone is delegated. */
class NameNegotiationTest {
  private static final List<DnsServer> NS1 = List.of(new DnsServer.Name("ns1.example"));

  private final FakeRegistrar registrar = new FakeRegistrar("tb.example");
  private final Rig rig = new Rig().registrars(registrar);

  @Test
  @Demands({"R-2-7", "R-4.7.2-7", "R-5.1-3", "D-4.6.2-5"})
  void tellsTheNameInTheReplyAndKeepsItInTheLease() {
    TunnelOffer offer = alice().accepted();

    assertThat(offer.client().name()).contains("alice.tb.example");
    assertThat(offer.server().name()).isEmpty();
    assertThat(rig.lease(ALICE).arrangements().name()).contains("alice.tb.example");
    assertThat(get(rig.broker.info(ALICE, tcp(HOME))).client().name()).contains("alice.tb.example");
  }

  @Test
  void asksTheRegistrarWithAllThatANameIsMadeFrom() {
    TunnelOffer offer = alice().named("pc").delegating("ns1.example").offer();

    assertThat(registrar.asked)
        .containsExactly(
            new NameRequest(
                "alice",
                false,
                offer.client().inner(),
                offer.router().map(router -> router.prefix()),
                Optional.of("pc"),
                NS1));
  }

  @Test
  void asksTheRegistrarOfTheHighestRanking() {
    FakeRegistrar better = new FakeRegistrar("better.example");
    rig.registrars(registrar, better);

    assertThat(alice().offer().client().name()).contains("alice.better.example");
    assertThat(registrar.asked).isEmpty();
  }

  @Test
  void givesTheNameThatIsWished() {
    assertThat(alice().named("pc").offer().client().name()).contains("pc.tb.example");
  }

  @Test
  @Demands({"D-B-502", "D-B-502-2"})
  void refusesAWishThatIsNoNameOrAnothersName() {
    bob().named("pc").accepted();
    Set<String> held = heldNow();

    assertThat(refusal(alice().named("a b").answer())).isEqualTo(StatusCode.INVALID_NAME);
    assertThat(refusal(alice().named("pc").answer())).isEqualTo(StatusCode.INVALID_NAME);

    assertThat(heldNow()).isEqualTo(held);
    assertThat(rig.store.leases()).hasSize(1);
  }

  @Test
  void keepsANameForItsUserAsLongAsTheAddress() {
    alice().named("pc").accepted();
    get(rig.broker.delete(ALICE, tcp(HOME)));
    rig.powerCut();
    assertThat(rig.lease(ALICE).state()).isEqualTo(Lease.State.EXPIRED);
    assertThat(refusal(bob().named("pc").answer())).isEqualTo(StatusCode.INVALID_NAME);
    assertThat(alice().named("pc").offer().client().name()).contains("pc.tb.example");

    for (int i = 0; i < 3; i++) {
      rig.clock.advance(Duration.ofDays(31));
      rig.advance(Duration.ofSeconds(2));
    }

    assertThat(rig.store.leases()).isEmpty();
    assertThat(bob().named("pc").offer().client().name()).contains("pc.tb.example");
  }

  @Test
  void nameThatWaitsToBeAcceptedIsNobodyElses() {
    TunnelOffer offer = alice().named("pc").offer();
    assertThat(refusal(bob().named("pc").answer())).isEqualTo(StatusCode.INVALID_NAME);

    get(rig.broker.reject(ALICE, offer.id()));

    assertThat(bob().named("pc").offer().client().name()).contains("pc.tb.example");
    assertThat(rig.lease(ALICE).arrangements()).isEqualTo(Arrangements.NONE);
  }

  @Test
  void changedNameIsFreeWhenTheChangeIsAccepted() {
    alice().named("old").accepted();
    TunnelOffer update = alice().named("new").offer();
    assertThat(refusal(bob().named("old").answer())).isEqualTo(StatusCode.INVALID_NAME);
    assertThat(refusal(bob().named("new").answer())).isEqualTo(StatusCode.INVALID_NAME);

    rig.accepted(ALICE, update);

    assertThat(bob().named("old").offer().client().name()).contains("old.tb.example");
  }

  @Test
  void nameOfAnEndedTunnelIsKeptWhileAnotherIsOffered() {
    alice().named("old").accepted();
    get(rig.broker.delete(ALICE, tcp(HOME)));
    TunnelOffer update = alice().named("new").offer();
    assertThat(refusal(bob().named("old").answer())).isEqualTo(StatusCode.INVALID_NAME);
    assertThat(refusal(bob().named("new").answer())).isEqualTo(StatusCode.INVALID_NAME);

    get(rig.broker.reject(ALICE, update.id()));

    assertThat(rig.lease(ALICE).arrangements().name()).contains("old.tb.example");
    assertThat(bob().named("new").offer().client().name()).contains("new.tb.example");
  }

  @Test
  void userMayHaveOneNameInBothFamilies() {
    Rig both = new Rig("ipv4Pool", "10.64.0.0/16").registrars(registrar);
    both.server.types = Set.of(TunnelType.V6V4, TunnelType.V4V6);
    both.offerV6V4(ALICE, HOME);

    TunnelOffer offer = both.offerV4V6(ALICE, "2001:db8:e::2");

    assertThat(offer.client().name()).contains("alice.tb.example");
    assertThat(registrar.asked.get(1).clientAddress()).isEqualTo(offer.client().inner());
  }

  @Test
  void tunnelWhoseUsualNameIsTakenHasNone() {
    registrar.everybody = Optional.of("home");
    alice().accepted();

    TunnelOffer offer = bob().accepted();

    assertThat(offer.client().name()).isEmpty();
    assertThat(rig.lease(BOB).arrangements().name()).isEmpty();
  }

  @Test
  void wishIsNotHeardWithoutARegistrar() {
    rig.registrars();

    assertThat(alice().named("a b").accepted().client().name()).isEmpty();
  }

  @Test
  @Demands({"R-2-10", "R-5.2-4", "D-2-6", "D-4.7.2-2"})
  void delegatesToTheServersThatTheClientNames() {
    TunnelOffer offer = alice().delegating("ns1.example", "ns2.example").accepted();

    List<DnsServer> both =
        List.of(new DnsServer.Name("ns1.example"), new DnsServer.Name("ns2.example"));
    assertThat(offer.router().orElseThrow().dnsServers()).isEqualTo(both);
    assertThat(rig.lease(ALICE).arrangements().dnsServers()).isEqualTo(both);
    assertThat(get(rig.broker.info(ALICE, tcp(HOME))).router().orElseThrow().dnsServers())
        .isEqualTo(both);
  }

  @Test
  @Demands("D-B-509")
  void refusesADelegationThatTheRegistrarRefuses() {
    assertThat(refusal(alice().delegating("refused.example").answer()))
        .isEqualTo(StatusCode.DNS_DELEGATION_ERROR);

    assertThat(heldNow()).isEmpty();
    assertThat(rig.store.leases()).isEmpty();
  }

  @Test
  @Demands("D-B-509")
  void refusesADelegationWithoutARegistrar() {
    rig.registrars();

    assertThat(refusal(alice().delegating("ns1.example").answer()))
        .isEqualTo(StatusCode.DNS_DELEGATION_ERROR);

    assertThat(heldNow()).isEmpty();
  }

  @Test
  void refusedDelegationLeavesTheTunnelThatStands() {
    alice().accepted();
    Lease before = rig.lease(ALICE);
    Set<String> held = heldNow();

    refusal(alice().delegating("refused.example").answer());

    assertThat(rig.lease(ALICE)).isEqualTo(before);
    assertThat(heldNow()).isEqualTo(held);
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void changesNameServersWhenTheOfferIsAccepted() {
    alice().delegating("ns1.example").accepted();
    TunnelOffer update = alice().delegating("ns2.example").offer();
    assertThat(rig.lease(ALICE).arrangements().dnsServers()).isEqualTo(NS1);

    rig.accepted(ALICE, update);
    assertThat(rig.lease(ALICE).arrangements().dnsServers())
        .containsExactly(new DnsServer.Name("ns2.example"));

    alice().withRouter().accepted();
    assertThat(rig.lease(ALICE).arrangements().dnsServers()).isEmpty();
  }

  @Test
  void keepsTheDelegationOfWhoeverAsksAgainWithoutARouter() {
    alice().delegating("ns1.example").accepted();

    alice().accepted();

    assertThat(rig.lease(ALICE).arrangements().dnsServers()).isEqualTo(NS1);
    assertThat(registrar.asked.get(1).dnsServers()).isEqualTo(NS1);
  }

  @Test
  void dropsAKeptDelegationThatIsNoLongerGrantedAndRefusesNothing() {
    alice().delegating("ns1.example").accepted();
    rig.registrars(
        new FakeRegistrar("tb.example") {
          @Override
          public NameGrant grant(NameRequest request) {
            if (!request.dnsServers().isEmpty()) {
              throw new TspException(StatusCode.DNS_DELEGATION_ERROR, "not any more");
            }
            return super.grant(request);
          }
        });

    assertThat(alice().accepted().client().name()).contains("alice.tb.example");
    assertThat(rig.lease(ALICE).arrangements().dnsServers()).isEmpty();
  }

  @Test
  void keepsWhatALeaseHasWhileTheRegistrarIsSwapped() {
    alice().delegating("ns1.example").accepted();
    Arrangements agreed = rig.lease(ALICE).arrangements();
    rig.registrars();
    rig.powerCut();

    TunnelOffer offer = alice().accepted();
    assertThat(offer.client().name()).contains("alice.tb.example");
    assertThat(rig.lease(ALICE).arrangements()).isEqualTo(agreed);

    rig.registrars(new FakeRegistrar("knot.example"));
    alice().accepted();
    assertThat(rig.lease(ALICE).arrangements())
        .isEqualTo(new Arrangements(Optional.of("alice.knot.example"), NS1, agreed.routing()));
  }

  @Test
  void tunnelIsGrantedWithoutANameWhenTheRegistrarFails() {
    registrar.failure = Optional.of(new IllegalStateException("no socket"));

    assertThat(alice().named("pc").accepted().client().name()).isEmpty();
    assertThat(refusal(bob().delegating("ns1.example").answer()))
        .isEqualTo(StatusCode.DNS_DELEGATION_ERROR);
  }

  @Test
  void refusalOfWhatNobodyAskedForRefusesNothing() {
    registrar.failure = Optional.of(new TspException(StatusCode.INVALID_NAME, "no such label"));

    assertThat(alice().accepted().client().name()).isEmpty();
    assertThat(bob().withRouter().accepted().router()).isPresent();
  }

  @Test
  @Demands("D-B-502")
  void refusesAPrefixToWhoeverCannotBeRegisteredAsItsHolder() {
    PrefixRegistry registry =
        owner -> {
          if (owner.equals("bob")) {
            throw new TspException(StatusCode.INVALID_IPV6_ADDRESS, "duplicate");
          }
          return "A1-CULVERT";
        };
    PrefixRegistry broken =
        owner -> {
          throw new IllegalStateException("no file");
        };
    rig.registries(broken, registry);

    assertThat(refusal(bob().withRouter().answer())).isEqualTo(StatusCode.INVALID_NAME);
    assertThat(heldNow()).isEmpty();
    assertThat(bob().offer().router()).as("a tunnel without a prefix").isEmpty();
    assertThat(alice().withRouter().offer().router()).isPresent();
  }

  @Test
  void servicesWhoseClassesAreGoneHarmNoTunnel() {
    rig.registrars(
        new FakeRegistrar("example") {
          @Override
          public NameGrant grant(NameRequest request) {
            throw new NoClassDefFoundError("gone/with/its/Bundle");
          }
        });
    rig.registries(
        owner -> {
          throw new NoClassDefFoundError("gone/with/its/Bundle");
        });

    assertThat(alice().withRouter().accepted().client().name()).isEmpty();
    assertThat(refusal(bob().delegating("ns1.example").answer()))
        .isEqualTo(StatusCode.DNS_DELEGATION_ERROR);
    assertThat(bob().offer().router()).isEmpty();
  }

  @Test
  void arrangementsSurviveARestart() {
    alice().named("pc").delegating("ns1.example").accepted();
    Arrangements agreed = rig.lease(ALICE).arrangements();

    rig.powerCut();

    TunnelOffer told = get(rig.broker.info(ALICE, tcp(HOME)));
    assertThat(told.client().name()).isEqualTo(agreed.name());
    assertThat(told.router().orElseThrow().dnsServers()).isEqualTo(agreed.dnsServers());
    assertThat(refusal(bob().named("pc").answer())).isEqualTo(StatusCode.INVALID_NAME);
  }

  /** What is out of the pools, with the addresses of tunnels and offers. */
  private Set<String> heldNow() {
    return Set.copyOf(
        rig.broker.pools().stream()
            .filter(pool -> pool.used() > 0)
            .map(pool -> pool.purpose() + " " + pool.used())
            .toList());
  }

  private Asking alice() {
    return Asking.by(rig, ALICE, HOME);
  }

  private Asking bob() {
    return Asking.by(rig, BOB, ELSEWHERE);
  }
}

package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ChangeTest {
  private static final Mark MARK = Mark.of("one");
  private static final String CONFIG =
      """
      Building configuration...

      Current configuration:
      !
      frr version 8.4.4
      !
      ipv6 route 2001:db8:1::/48 Null0 tag %d 254
      ipv6 route 2001:db8:2::/48 Null0 tag 77 254
      !
      router ripng
       network tun7
       network eth0
       route 2001:db8:1::/48
       route 2001:db8:2::/48
       ipv6 distribute-list prefix CULVERT-%2$s-IN in tun7
      exit
      !
      router bgp 65000
       neighbor 2001:db8:f::2 remote-as 65001
       neighbor 2001:db8:f::2 description culvert %2$s
       neighbor 2001:db8:f::22 remote-as 65002
       neighbor 2001:db8:f::22 description culvert to be
       !
       address-family ipv4 unicast
        no neighbor 2001:db8:f::2 activate
       exit-address-family
       !
       address-family ipv6 unicast
        network 2001:db8:1::/48 route-map CULVERT-%2$s-OWN
        network 2001:db8:2::/48
        neighbor 2001:db8:f::2 activate
        neighbor 2001:db8:f::22 activate
       exit-address-family
      exit
      !
      router bgp 65000 vrf RED
       neighbor 2001:db8:f::2 remote-as 65001
      exit
      !
      ipv6 prefix-list CULVERT-%2$s-IN seq 5 permit 2001:db8:1::/48
      ipv6 prefix-list CULVERT-%2$s-OWN seq 5 permit 2001:db8:1::/48
      ipv6 prefix-list CULVERT-0123456789abcdef-IN seq 5 permit 2001:db8:9::/48
      ipv6 prefix-list CULVERT-%2$sx-IN seq 5 permit 2001:db8:9::/48
      !
      route-map CULVERT-%2$s-OWN permit 10
       match ipv6 address prefix-list ANY
      exit
      !
      end
      """
          .formatted(MARK.tag(), MARK.hex());
  private static final RunningConfig RUNNING = RunningConfig.parse(CONFIG);

  @Test
  void takesAwayWhatIsTheTunnelsAndNothingElse() {
    Change change = Change.between(Owned.in(RUNNING).of(MARK), List.of(), RUNNING);

    assertThat(change.commands().stream().map(line -> line.replace(MARK.hex(), "M")))
        .containsExactly(
            "router ripng",
            "no network tun7",
            "no route 2001:db8:1::/48",
            "no ipv6 distribute-list prefix CULVERT-M-IN in tun7",
            "exit",
            "router bgp 65000",
            "no neighbor 2001:db8:f::2",
            "exit",
            "router bgp 65000",
            "address-family ipv6 unicast",
            "no network 2001:db8:1::/48 route-map CULVERT-M-OWN",
            "exit",
            "exit",
            "no route-map CULVERT-M-OWN permit 10",
            "no ipv6 route 2001:db8:1::/48 Null0 tag " + MARK.tag() + " 254",
            "no ipv6 prefix-list CULVERT-M-IN seq 5 permit 2001:db8:1::/48",
            "no ipv6 prefix-list CULVERT-M-OWN seq 5 permit 2001:db8:1::/48");
  }

  @Test
  void saysNothingAboutWhatIsAsItShouldBe() {
    List<ConfigLine> present = Owned.in(RUNNING).of(MARK);

    assertThat(Change.between(present, present, RUNNING).isEmpty()).isTrue();
    assertThat(Change.between(present, present, RUNNING).commands()).isEmpty();
  }

  @Test
  void saysAllAnewAboutANeighborWhoseAsChanges() {
    List<String> router = List.of("router bgp 65000");
    ConfigLine as = new ConfigLine(router, "neighbor 2001:db8:f::2 remote-as 65007");
    ConfigLine description =
        new ConfigLine(router, "neighbor 2001:db8:f::2 description " + MARK.description());
    List<ConfigLine> present =
        Owned.in(RUNNING).of(MARK).stream().filter(line -> line.path().equals(router)).toList();

    assertThat(Change.between(present, List.of(as, description), RUNNING).commands())
        .containsExactly(
            "router bgp 65000",
            "no neighbor 2001:db8:f::2",
            as.text(),
            "neighbor 2001:db8:f::2 shutdown",
            description.text(),
            "no neighbor 2001:db8:f::2 shutdown",
            "exit");
  }

  @Test
  void knowsWhoDescribedANeighbor() {
    assertThat(RUNNING.bgpAs()).hasValue(65000);
    assertThat(RUNNING.neighbor("2001:db8:f::2")).contains(MARK.description());
    assertThat(RUNNING.neighbor("2001:db8:f::22")).contains("culvert to be");
    assertThat(RUNNING.neighbor("2001:db8:f::3")).isEmpty();
  }

  @Test
  void readsWhateverIsPrinted() {
    assertThat(RunningConfig.parse("").lines()).isEmpty();
    assertThat(RunningConfig.parse("        deep\n \n\tx\nend").lines()).hasSize(2);
    assertThat(RunningConfig.parse("router bgp 99999999999\n").bgpAs()).isEmpty();
    assertThat(RunningConfig.parse("router bgp 1 vrf RED\n").bgpAs()).isEmpty();
  }
}

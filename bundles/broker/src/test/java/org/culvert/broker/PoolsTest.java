package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolsTest {
  private static final byte[] SECRET = new byte[32];

  @Test
  void dividesMadeUpPrefix() {
    Pools pools =
        Pools.within(
            IpPrefix.parse("fd12:3456:789a::/48"), Configs.ANY_LENGTH, PrefixPolicy.Rerequest.KEEP);

    assertThat(pools.endpoint()).hasToString("fd12:3456:789a::/64");
    assertThat(pools.anonymous().orElseThrow()).hasToString("fd12:3456:789a:1::/64");
    assertThat(pools.delegation())
        .extracting(PrefixPolicy::prefix)
        .containsExactly(IpPrefix.parse("fd12:3456:789a:8000::/49"));
    assertThat(pools.serverAddress()).isEqualTo(IpAddresses.parse("fd12:3456:789a::1"));
  }

  @ParameterizedTest
  @CsvSource({
    "endpointPool, 2001:db8::/127",
    "endpointPool, 192.0.2.0/24",
    "endpointPool, 2001:db8::1/64",
    "endpointPool, nonsense",
    "anonymousPool, 2001:db8:0:1::/80",
    "mtu, 1279",
    "lifetime, 5256001",
    "anonymousLifetime, 1441",
    "prolong, yes",
    "minKeepAlive, 0",
    "keepAlive, 301",
    "minPrefixLength, 65",
    "maxPrefixLength, 47",
    "defaultPrefixLength, 40",
    "offerTimeout, 0",
  })
  void refusesConfigurationByName(String key, String value) {
    Object typed = value.matches("\\d+") ? (Object) Integer.valueOf(value) : value;

    assertThatThrownBy(() -> Configs.settings(Configs.withPools(key, typed)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.broker.cfg: " + key + " = \"" + value + "\"");
  }

  @Test
  void refusesOverlappingDelegationPools() {
    Config config =
        Configs.withPools("delegationPools", new String[] {"2001:db8::/40, 2001:db8:1::/48"});

    assertThatThrownBy(() -> Configs.settings(config))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("delegationPools");
  }

  @Test
  void refusesOtherPoolsWithoutEndpointPool() {
    assertThatThrownBy(() -> Configs.settings(Configs.of("anonymousPool", "2001:db8::/64")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("endpointPool");
  }

  @Test
  void splitsListsAtCommas() {
    Config config = Configs.withPools("resolvers", new String[] {"2001:db8::53, 192.0.2.53"});

    assertThat(Configs.settings(config).resolvers())
        .containsExactly(IpAddresses.parse("2001:db8::53"), IpAddresses.parse("192.0.2.53"));
  }

  @Test
  void handsOutEveryAddressOfSmallPoolOnce() {
    AddressPool pool = new AddressPool(IpPrefix.parse("2001:db8::/120"), SECRET);
    Set<InetAddress> seen = new HashSet<>();

    for (int i = 0; i < 254; i++) {
      assertThat(seen.add(pool.allocate("user" + i).orElseThrow())).isTrue();
    }

    assertThat(pool.allocate("one more")).isEmpty();
    assertThat(seen)
        .doesNotContain(IpAddresses.parse("2001:db8::"), IpAddresses.parse("2001:db8::1"));
    assertThat(pool.used()).isEqualTo(pool.capacity().longValueExact()).isEqualTo(254);
  }

  @Test
  void handsOutEveryLinkOfASmallIpv4PoolOnce() {
    AddressPool pool = new AddressPool(IpPrefix.parse("10.64.0.0/24"), 4, SECRET);
    Set<InetAddress> seen = new HashSet<>();

    for (int i = 0; i < 63; i++) {
      assertThat(seen.addAll(Inner.link(pool.allocate("user" + i).orElseThrow()))).isTrue();
    }

    assertThat(seen).hasSize(63 * 4).doesNotContain(IpAddresses.parse("10.64.0.1"));
    assertThat(pool.allocate("one more")).isEmpty();
    assertThat(pool.used()).isEqualTo(pool.capacity().longValueExact()).isEqualTo(63);
  }

  /** The router's address, the server's, and 256 anycast addresses in each /64 are no client's. */
  @ParameterizedTest
  @CsvSource({
    "2001:db8::/65, 9223372036854775806",
    "2001:db8::/64, 18446744073709551358",
    "2001:db8::/60, 295147905179352821758",
    "2001:db8::/66, 4611686018427387902",
  })
  void countsTheAddressesOfALargePoolExactly(String prefix, BigInteger clients) {
    AddressPool pool = new AddressPool(IpPrefix.parse(prefix), SECRET);

    assertThat(pool.capacity()).isEqualTo(clients);
    assertThat(pool.allocate("alice")).isPresent();
  }

  /** The operator changed ipv4Length: single addresses lie close, and rest long. */
  @Test
  void findsALinkBesideTheSingleAddressesOfEarlierLeases() {
    AddressPool pool = new AddressPool(IpPrefix.parse("10.64.0.0/27"), 4, SECRET);
    for (int i = 4; i < 11; i++) {
      pool.hold(List.of(IpAddresses.parse("10.64.0." + i)));
    }

    Set<InetAddress> clients = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      clients.add(pool.allocate("user" + i).orElseThrow());
    }

    assertThat(clients).hasSize(5).doesNotContain(IpAddresses.parse("10.64.0.10"));
    assertThat(pool.allocate("one more")).isEmpty();
  }

  @Test
  @Threat("T20")
  void ipv4AddressTellsNothingOfTheIpv6Address() {
    int alike = 0;
    for (int i = 0; i < 200; i++) {
      byte[] six =
          new AddressPool(IpPrefix.parse("2001:db8::/64"), SECRET)
              .allocate("user" + i)
              .orElseThrow()
              .getAddress();
      byte[] four =
          new AddressPool(IpPrefix.parse("10.0.0.0/8"), SECRET)
              .allocate("user" + i)
              .orElseThrow()
              .getAddress();
      alike += six[15] == four[3] ? 1 : 0;
    }
    assertThat(alike).isLessThan(20);
  }

  /** Or a few guesses would find somebody. */
  @Test
  @Threat("T20")
  void everyBitOfAnInterfaceIdentifierIsAsGoodAsChance() {
    int users = 1_000;
    AddressPool pool = new AddressPool(IpPrefix.parse("2001:db8::/64"), SECRET);
    int[] set = new int[64];
    for (int i = 0; i < users; i++) {
      long host = ByteBuffer.wrap(pool.allocate("user" + i).orElseThrow().getAddress()).getLong(8);
      for (int bit = 0; bit < set.length; bit++) {
        set[bit] += (int) (host >>> bit & 1);
      }
    }
    // Five times the deviation that chance has.
    assertThat(IntStream.of(set)).allMatch(count -> count > 420 && count < 580);
  }

  @Test
  void handsOutAnAddressAgainWhenItIsFree() {
    AddressPool pool = new AddressPool(IpPrefix.parse("2001:db8::/126"), SECRET);
    InetAddress one = pool.allocate("one").orElseThrow();
    assertThat(pool.allocate("two")).isPresent();

    pool.free(List.of(one));

    assertThat(pool.allocate("three")).contains(one);
  }

  @Test
  @Threat("T20")
  void givesTheSameUserTheSameAddressButNotWithAnotherSecret() {
    IpPrefix prefix = IpPrefix.parse("2001:db8::/64");
    byte[] other = new byte[32];
    other[0] = 1;

    Optional<InetAddress> address = new AddressPool(prefix, SECRET).allocate("alice");

    assertThat(new AddressPool(prefix, SECRET).allocate("alice")).isEqualTo(address);
    assertThat(new AddressPool(prefix, other).allocate("alice")).isNotEqualTo(address);
  }

  @Test
  void cutsPrefixesOfManyLengthsThatNeverOverlap() {
    PrefixPool pool = new PrefixPool(IpPrefix.parse("2001:db8::/44"));
    Random random = new Random(42);
    List<IpPrefix> out = new ArrayList<>();

    for (int i = 0; i < 2_000; i++) {
      if (random.nextInt(3) == 0 && !out.isEmpty()) {
        pool.free(out.remove(random.nextInt(out.size())));
      } else {
        pool.allocateDensely(50 + random.nextInt(15))
            .ifPresent(
                prefix -> {
                  assertThat(pool.prefix().contains(prefix)).isTrue();
                  assertThat(out).noneMatch(prefix::overlaps);
                  out.add(prefix);
                });
      }
      assertThat(pool.used()).isEqualTo(out.size());
    }
    out.forEach(pool::free);

    assertThat(pool.allocateDensely(44)).as("all blocks joined again").contains(pool.prefix());
  }

  @Test
  void findsTheLastFreePrefix() {
    PrefixPool pool = new PrefixPool(IpPrefix.parse("2001:db8::/48"));
    for (int i = 0; i < 65_536; i++) {
      assertThat(pool.allocateDensely(64)).isPresent();
    }
    assertThat(pool.allocateDensely(64)).isEmpty();

    pool.free(IpPrefix.parse("2001:db8:0:1234::/64"));

    assertThat(pool.allocateDensely(63)).isEmpty();
    assertThat(pool.allocateDensely(64)).contains(IpPrefix.parse("2001:db8:0:1234::/64"));
  }

  @Test
  void holdsPrefixThatLeaseHasAndRefusesWhatOverlapsIt() {
    PrefixPool pool = new PrefixPool(IpPrefix.parse("2001:db8::/40"));

    assertThat(pool.hold(IpPrefix.parse("2001:db8:1::/48"))).isTrue();

    assertThat(pool.hold(IpPrefix.parse("2001:db8:1:7::/64"))).isFalse();
    assertThat(pool.hold(IpPrefix.parse("2001:db8::/44"))).isFalse();
    assertThat(pool.hold(IpPrefix.parse("2001:db8:2::/48"))).isTrue();
    assertThat(pool.allocateDensely(40)).isEmpty();
  }

  @Test
  void hasNoPrefixShorterThanItself() {
    PrefixPool pool = new PrefixPool(IpPrefix.parse("fd00:0:0:8000::/49"));

    assertThat(pool.allocateDensely(48)).isEmpty();
    assertThat(pool.capacity(64)).isEqualTo(32_768);
    assertThat(pool.capacity(48)).isZero();
  }
}

package org.culvert.broker;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What addresses and prefixes are taken from; no two overlap.
 *
 * @param endpoint the inner addresses of accounts, and the server's
 * @param anonymous the inner addresses of anonymous users; empty: they get none
 * @param delegation what prefixes come from, in the order in which it is tried; empty: none are
 *     handed out
 */
record Pools(IpPrefix endpoint, Optional<IpPrefix> anonymous, List<PrefixPolicy> delegation) {
  private static final Logger LOG = LoggerFactory.getLogger(Pools.class);
  private static final int SHORTEST = 1;
  private static final int LONGEST_ENDPOINT = 126;
  private static final int LONGEST_DELEGATION = 64;

  /** Of the /49 that is made up there are 128 of these. */
  private static final int SHORTEST_MADE_UP = 56;

  /** Copies the list. */
  Pools {
    delegation = List.copyOf(delegation);
  }

  /** Reads the pools; empty if none is configured. */
  static Optional<Pools> from(
      Config config, PrefixPolicy.Lengths lengths, List<AllocationPolicy> policies) {
    List<String> delegation = Settings.list(config.delegationPools());
    if (config.endpointPool().isBlank()) {
      if (config.anonymousPool().isBlank() && delegation.isEmpty() && policies.isEmpty()) {
        return Optional.empty();
      }
      if (config.anonymousPool().isBlank() && delegation.isEmpty()) {
        throw new InvalidConfigurationException(
            policies.get(0).pid(),
            "prefix",
            policies.get(0).config().prefix(),
            "it needs tunnel addresses of yours too: write endpointPool in etc/%s.cfg"
                .formatted(Keys.PID));
      }
      throw new InvalidConfigurationException(
          Keys.PID,
          "endpointPool",
          config.endpointPool(),
          "write an IPv6 prefix here too when another pool is set");
    }
    List<IpPrefix> taken = new ArrayList<>();
    IpPrefix endpoint = pool("endpointPool", config.endpointPool(), LONGEST_ENDPOINT, taken);
    Optional<IpPrefix> anonymous =
        config.anonymousPool().isBlank()
            ? Optional.empty()
            : Optional.of(pool("anonymousPool", config.anonymousPool(), LONGEST_ENDPOINT, taken));
    List<PrefixPolicy> all = new ArrayList<>();
    for (String text : delegation) {
      IpPrefix prefix = pool("delegationPools", text, LONGEST_DELEGATION, taken);
      if (prefix.length() > lengths.max()) {
        throw new InvalidConfigurationException(
            Keys.PID,
            "delegationPools",
            text,
            "no prefix can be cut from it: write maxPrefixLength = "
                + LONGEST_DELEGATION
                + ", or a larger pool");
      }
      all.add(PrefixPolicy.simple(prefix, lengths, Settings.rerequest(config)));
    }
    List<PrefixPolicy> named = policies.stream().map(PolicyReader::read).toList();
    for (PrefixPolicy policy : named) {
      take(policy.pid(), "prefix", policy.prefix(), taken);
    }
    named.stream().sorted(PrefixPolicy.ORDER).forEach(all::add);
    all.sort(Comparator.comparingInt(PrefixPolicy::order));
    return Optional.of(new Pools(endpoint, anonymous, all));
  }

  /** Returns the private prefix of this broker, made up once and kept. Blocks. */
  static IpPrefix madeUp(LeaseStore store) {
    String made = randomPrivatePrefix(new SecureRandom()).toString();
    IpPrefix kept = IpPrefix.parse(store.remember("ula-prefix", made));
    LOG.info(
        "No address pools are configured: using the private prefix {}, made up once for this"
            + " broker; it does not reach the Internet. Set endpointPool in etc/{}.cfg to your own.",
        kept,
        Keys.PID);
    return kept;
  }

  /** Makes up a private prefix with 40 random bits (RFC 4193 section 3.2.2). */
  static IpPrefix randomPrivatePrefix(SecureRandom random) {
    byte[] octets = new byte[16];
    byte[] globalId = new byte[5];
    random.nextBytes(globalId);
    octets[0] = (byte) 0xFD;
    System.arraycopy(globalId, 0, octets, 1, globalId.length);
    return new IpPrefix(IpAddresses.of(octets), 48);
  }

  /**
   * Divides a /48: subnet 0 for accounts, subnet 1 for anonymous users, the upper half to give, of
   * which nobody gets more than a /56.
   */
  static Pools within(
      IpPrefix site, PrefixPolicy.Lengths lengths, PrefixPolicy.Rerequest rerequest) {
    IpPrefix half = subnet(site, 0x8000, 49);
    return new Pools(
        new IpPrefix(site.network(), 64),
        Optional.of(subnet(site, 0x0001, 64)),
        List.of(PrefixPolicy.simple(half, lengths.from(SHORTEST_MADE_UP), rerequest)));
  }

  /** Returns the server's inner address: the first of the endpoint pool. */
  InetAddress serverAddress() {
    byte[] octets = endpoint.network().getAddress();
    octets[15] |= 1;
    return IpAddresses.of(octets);
  }

  private static IpPrefix subnet(IpPrefix site, int number, int length) {
    byte[] octets = site.network().getAddress();
    octets[6] = (byte) (number >> 8);
    octets[7] = (byte) number;
    return new IpPrefix(IpAddresses.of(octets), length);
  }

  private static IpPrefix pool(String key, String text, int longest, List<IpPrefix> taken) {
    IpPrefix pool = Settings.prefix(key, text);
    if (pool.length() < SHORTEST || pool.length() > longest) {
      throw new InvalidConfigurationException(
          Keys.PID, key, text, "write a prefix of length " + SHORTEST + " to " + longest);
    }
    take(Keys.PID, key, pool, taken);
    return pool;
  }

  private static void take(String pid, String key, IpPrefix pool, List<IpPrefix> taken) {
    for (IpPrefix other : taken) {
      if (other.overlaps(pool)) {
        throw new InvalidConfigurationException(
            pid, key, pool, "it overlaps the pool " + other + "; pools must be disjoint");
      }
    }
    taken.add(pool);
  }
}

package org.culvert.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.signaling.TunnelSignaling;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;

/**
 * Turns brokers into addresses that can be asked: resolves their names, all at once, and, where
 * several brokers are named, measures the way to each and puts the closest first, those that do not
 * answer last, in the order of the list where no time decides. An address of a family over which
 * the type cannot be asked for is left out. Confined to the {@link EventLoop}.
 */
final class BrokerSearch {
  /** A resolver gives up long before; this is for one that does not. */
  private static final Duration DNS_LIMIT = Duration.ofSeconds(30);

  /** A broker that takes longer is not preferred to any. */
  static final Duration MEASURE_LIMIT = Duration.ofSeconds(3);

  /** How many addresses are looked at in all; a name may have any number. */
  static final int MAX_ADDRESSES = 16;

  private final TunnelType type;
  private final EventLoop loop;
  private final Resolver resolver;
  private final TunnelSignaling signaling;
  private final List<BrokerAddress> brokers;
  private final Consumer<Failure> note;
  private final Consumer<List<Candidate>> done;
  private final List<List<Candidate>> found = new ArrayList<>();
  private final List<Measured> measured = new ArrayList<>();
  private int missing;

  /**
   * @param note is told what is wrong with a broker
   * @param done is told once what was found, perhaps nothing
   */
  BrokerSearch(
      TunnelType type,
      EventLoop loop,
      Resolver resolver,
      TunnelSignaling signaling,
      List<BrokerAddress> brokers,
      Consumer<Failure> note,
      Consumer<List<Candidate>> done) {
    this.type = type;
    this.loop = loop;
    this.resolver = resolver;
    this.signaling = signaling;
    this.brokers = brokers;
    this.note = note;
    this.done = done;
  }

  /** Begins. */
  void start() {
    if (brokers.isEmpty()) {
      note.accept(Failure.passing("the referral names no broker that can be asked"));
      done.accept(List.of());
      return;
    }
    missing = brokers.size();
    brokers.forEach(broker -> found.add(List.of()));
    for (int i = 0; i < brokers.size(); i++) {
      resolve(i, brokers.get(i));
    }
  }

  private void resolve(int place, BrokerAddress broker) {
    Optional<InetAddress> literal = broker.literal();
    if (literal.isPresent()) {
      resolved(place, List.of(literal.get()));
      return;
    }
    loop.await(
        resolver.resolve(broker.host()),
        DNS_LIMIT,
        addresses -> resolved(place, addresses),
        cause -> {
          note.accept(Failure.passing(broker + ": its name does not resolve"));
          resolved(place, List.of());
        },
        addresses -> {});
  }

  private void resolved(int place, List<InetAddress> addresses) {
    BrokerAddress broker = brokers.get(place);
    List<Candidate> usable =
        addresses.stream()
            .filter(a -> a instanceof Inet4Address == ClientSettings.overIpv4(type))
            .filter(a -> !a.isAnyLocalAddress() && !a.isMulticastAddress())
            .map(a -> new Candidate(broker, new InetSocketAddress(a, broker.port())))
            .toList();
    if (usable.isEmpty() && !addresses.isEmpty()) {
      note.accept(Failure.passing(broker + ": has no address over which " + type + " is asked"));
    }
    found.set(place, usable);
    if (--missing == 0) {
      measure(found.stream().flatMap(List::stream).distinct().limit(MAX_ADDRESSES).toList());
    }
  }

  private void measure(List<Candidate> all) {
    if (brokers.size() < 2 || all.size() < 2) {
      done.accept(all);
      return;
    }
    missing = all.size();
    for (int i = 0; i < all.size(); i++) {
      Candidate candidate = all.get(i);
      int place = i;
      SignalingTarget target =
          new SignalingTarget(
              // Whatever carries the session: this is what every referral-aware broker answers.
              new InetSocketAddress(candidate.address().getAddress(), SignalingTarget.PORT),
              candidate.broker().host(),
              Transport.UDP,
              Ladder.VERSIONS.get(0));
      loop.await(
          signaling.measure(target),
          MEASURE_LIMIT,
          time -> measured(new Measured(candidate, time, place)),
          cause -> measured(new Measured(candidate, MEASURE_LIMIT, place)),
          time -> {});
    }
  }

  private void measured(Measured one) {
    measured.add(one);
    if (--missing == 0) {
      done.accept(measured.stream().sorted().map(Measured::candidate).toList());
    }
  }

  /**
   * A broker's address.
   *
   * @param broker the broker as it was written
   * @param address one of its addresses
   */
  record Candidate(BrokerAddress broker, InetSocketAddress address) {}

  private record Measured(Candidate candidate, Duration time, int place)
      implements Comparable<Measured> {
    /** Fastest first; in the referral's order where no time decides. */
    @Override
    public int compareTo(Measured other) {
      int byTime = time.compareTo(other.time);
      return byTime != 0 ? byTime : Integer.compare(place, other.place);
    }
  }
}

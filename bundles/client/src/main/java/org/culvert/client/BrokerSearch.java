package org.culvert.client;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.signaling.TunnelSignaling;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;

/**
 * Turns brokers into addresses that can be asked: finds the {@link BrokerWays ways} to all at once,
 * and, where several brokers are named, measures the way to each and puts the closest first, those
 * that do not answer last, in the order of the list where no time decides. Confined to the {@link
 * EventLoop}.
 */
final class BrokerSearch {
  /** A broker that takes longer is not preferred to any. */
  static final Duration MEASURE_LIMIT = Duration.ofSeconds(3);

  /** How many addresses are looked at in all; a name may have any number. */
  static final int MAX_ADDRESSES = 16;

  private final TunnelType type;
  private final EventLoop loop;
  private final BrokerWays ways;
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
      BrokerWays ways,
      TunnelSignaling signaling,
      List<BrokerAddress> brokers,
      Consumer<Failure> note,
      Consumer<List<Candidate>> done) {
    this.type = type;
    this.loop = loop;
    this.ways = ways;
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
      int place = i;
      ways.find(brokers.get(i), type, note, those -> found(place, those));
    }
  }

  private void found(int place, List<Candidate> ways) {
    found.set(place, ways);
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

package org.culvert.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.signaling.TunnelSignaling;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for an offer of a tunnel of one type, once through all that can be asked.
 *
 * <p>In order: a configured broker, or first of all the one that answered last; its addresses; at
 * each address the {@link Ladder}; where a referral leads that may be followed, the same again,
 * closest broker first; one that may not counts as the plain refusal. The next address is tried
 * only if there was no answer; after a refusal the next configured broker is asked. Confined to the
 * {@link EventLoop}.
 */
final class Pursuit {
  private static final Logger LOG = LoggerFactory.getLogger(Pursuit.class);

  /** Signaling has its own limits, 66 seconds for one message; this is for one that hangs. */
  private static final Duration SESSION_LIMIT = Duration.ofMinutes(3);

  private final ClientSettings settings;
  private final TunnelType type;
  private final EventLoop loop;
  private final BrokerWays ways;
  private final TunnelSignaling signaling;
  private final Set<TunnelProfile> carried;
  private final Optional<Memory.Remembered> remembered;
  private Optional<Renewed> renewed;
  private final Consumer<Outcome> done;
  private final Deque<BrokerAddress> origins;
  private final Deque<Candidate> candidates = new ArrayDeque<>();
  private ReferralChain chain;
  private @Nullable Failure failure;
  private boolean over;

  /**
   * @param carried the types that can be had here
   * @param remembered whom to ask first, and how
   * @param renewed the tunnel that is to be had again
   */
  Pursuit(
      ClientSettings settings,
      TunnelType type,
      EventLoop loop,
      BrokerWays ways,
      TunnelSignaling signaling,
      Set<TunnelProfile> carried,
      Optional<Memory.Remembered> remembered,
      Optional<Renewed> renewed,
      Consumer<Outcome> done) {
    this.settings = settings;
    this.type = type;
    this.loop = loop;
    this.ways = ways;
    this.signaling = signaling;
    this.carried = carried;
    this.remembered = remembered;
    this.renewed = renewed;
    this.done = done;
    Set<BrokerAddress> order = new LinkedHashSet<>();
    remembered.ifPresent(last -> order.add(last.broker()));
    order.addAll(settings.servers());
    this.origins = new ArrayDeque<>(order);
    this.chain = new ReferralChain(settings.defaultPort());
  }

  /** Begins; the outcome is told once, later, on the loop. */
  void start() {
    loop.execute(this::nextOrigin);
  }

  /** Ends it without an outcome; an exchange that still comes is closed. */
  void abandon() {
    over = true;
  }

  private void nextOrigin() {
    if (over) {
      return;
    }
    BrokerAddress origin = origins.poll();
    if (origin == null) {
      end(new Outcome.Failed(failure == null ? Failure.passing("no broker to ask") : failure));
      return;
    }
    chain = new ReferralChain(settings.defaultPort());
    gather(List.of(origin));
  }

  private void gather(List<BrokerAddress> brokers) {
    new BrokerSearch(
            type,
            loop,
            ways,
            signaling,
            brokers,
            this::note,
            found -> {
              candidates.addAll(found);
              if (!over) {
                nextCandidate();
              }
            })
        .start();
  }

  private void nextCandidate() {
    Candidate candidate = candidates.poll();
    if (candidate == null) {
      nextOrigin();
    } else if (!chain.visit(candidate.address())) {
      note(Failure.passing(candidate.broker() + ": referred to although it was asked already"));
      nextCandidate();
    } else {
      Optional<Memory.Remembered> known =
          remembered.filter(r -> r.broker().equals(candidate.broker()));
      ask(
          candidate,
          new Ladder(
              candidate.asking(type),
              settings.transportsFor(candidate.asking(type)),
              known.map(Memory.Remembered::rung),
              known.flatMap(Memory.Remembered::spoken)));
    }
  }

  private void ask(Candidate candidate, Ladder ladder) {
    if (over) {
      return;
    }
    Optional<Ladder.Rung> rung = ladder.rung();
    if (rung.isEmpty()) {
      nextCandidate();
      return;
    }
    Optional<Renewed> again = renewed.filter(r -> r.isAt(candidate.address()));
    SignalingTarget target =
        new SignalingTarget(
            candidate.address(),
            candidate.broker().host(),
            rung.get().transport(),
            rung.get().version(),
            again.flatMap(Renewed::port).filter(at -> !rung.get().transport().isStream()));
    Optional<InetAddress> address =
        again.flatMap(Renewed::address).filter(a -> rung.get().version().equals(Ladder.NEWEST));
    LOG.debug("asking {} over {}", Held.text(target.broker()), target.transport());
    loop.await(
        signaling.request(
            target, settings.credentials(), path -> request(candidate, path, address)),
        SESSION_LIMIT,
        exchange -> answered(candidate, rung.get(), target, exchange),
        cause -> {
          boolean special = target.from().isPresent() || address.isPresent();
          notAnswered(candidate, ladder, special, cause);
        },
        SignalingExchange::close);
  }

  /**
   * Claims the address that the session really comes from, or a stand-in. Runs on a thread of
   * signaling's.
   */
  private SignalingRequest request(
      Candidate candidate, SignalingPath path, Optional<InetAddress> inner) {
    List<InetAddress> addresses = new ArrayList<>();
    addresses.add(candidate.claim(path.local().getAddress()));
    inner.ifPresent(addresses::add);
    return new SignalingRequest(
        new TunnelRequest(
            candidate.asking(type),
            addresses,
            false,
            settings.keepAlive(),
            settings.wishes().router(),
            settings.wishes().name()),
        carried);
  }

  private void answered(
      Candidate candidate, Ladder.Rung rung, SignalingTarget target, SignalingExchange exchange) {
    if (over) {
      exchange.close();
    } else {
      Memory.Remembered worked = new Memory.Remembered(candidate.broker(), rung);
      end(new Outcome.Found(exchange, target, candidate.nat64(), worked));
    }
  }

  private void notAnswered(Candidate candidate, Ladder ladder, boolean special, Throwable cause) {
    if (over) {
      return;
    }
    LOG.debug("{} gave no offer", candidate, cause);
    Optional<TspException> refusal = Failure.refusal(cause);
    if (special && refusal.map(Pursuit::mayMeanTheRequest).orElse(true)) {
      // Not every broker understands a session from a tunnel's port, or a wish for its address.
      renewed = Optional.empty();
      ask(candidate, ladder);
    } else if (refusal.isPresent()) {
      refused(candidate, ladder, refusal.get());
    } else {
      boolean last = !ladder.hasOtherTransport();
      ladder.transportFailed();
      if (last) {
        note(Failure.of(candidate.broker(), cause));
      }
      ask(candidate, ladder);
    }
  }

  private void refused(Candidate candidate, Ladder ladder, TspException refusal) {
    boolean refers = refusal.referral().isPresent();
    if (refers && settings.referrals().follows(refusal)) {
      candidates.clear();
      chain
          .follow(refusal.referral().get())
          .ifPresentOrElse(
              this::gather,
              () -> {
                note(Failure.passing(candidate.broker() + ": refers on and on"));
                nextOrigin();
              });
      return;
    }
    if (refers) {
      note(Failure.notFollowed(candidate.broker(), settings.referrals()));
    }
    if (refusal.code() == StatusCode.UNSUPPORTED_VERSION) {
      ladder.versionRefused(refusal.isOfProvedPeer());
      if (ladder.rung().isEmpty()) {
        note(Failure.of(candidate.broker(), refusal, settings.wishes()));
      }
      ask(candidate, ladder);
    } else if (refusal.code() == StatusCode.UNSUPPORTED_TUNNEL_TYPE
        && isTcp(ladder)
        && ladder.hasOtherTransport()) {
      // Behind a NAT a session over TCP leaves no mapping that a tunnel could use, one over UDP
      // does.
      ladder.transportFailed();
      ask(candidate, ladder);
    } else {
      note(Failure.of(candidate.broker(), refusal, settings.wishes()));
      candidates.clear();
      nextOrigin();
    }
  }

  /** Tells whether a refusal may be about how was asked, and not about who. */
  private static boolean mayMeanTheRequest(TspException refusal) {
    return refusal.referral().isEmpty()
        && switch (refusal.code()) {
          case AUTHENTICATION_FAILED, UNSUPPORTED_VERSION, SERVER_BUSY, NO_MORE_TUNNELS -> false;
          default -> true;
        };
  }

  private static boolean isTcp(Ladder ladder) {
    return ladder.rung().map(rung -> rung.transport() == Transport.TCP).orElse(false);
  }

  private void note(Failure next) {
    failure = failure == null ? next : failure.and(next);
  }

  private void end(Outcome outcome) {
    over = true;
    done.accept(outcome);
  }

  /**
   * A tunnel that works and shall be had again.
   *
   * @param broker who gave it
   * @param port the local end that it shares with its session, if it runs over UDP
   * @param address its inner address, if nothing else tells the broker whose it is
   */
  record Renewed(
      InetSocketAddress broker, Optional<InetSocketAddress> port, Optional<InetAddress> address) {
    boolean isAt(InetSocketAddress other) {
      return broker.equals(other);
    }
  }

  /** How it ended. */
  sealed interface Outcome {
    /**
     * A broker made an offer.
     *
     * @param exchange the session, which the receiver closes
     * @param target whom and how
     * @param nat64 the NAT64 that the session goes through
     * @param worked what to remember
     */
    record Found(
        SignalingExchange exchange,
        SignalingTarget target,
        Optional<Nat64Prefix> nat64,
        Memory.Remembered worked)
        implements Outcome {}

    /**
     * Nobody did.
     *
     * @param failure why
     */
    record Failed(Failure failure) implements Outcome {}
  }
}

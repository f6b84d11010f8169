package org.culvert.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.signaling.SignalingExchange;
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
  private final Resolver resolver;
  private final TunnelSignaling signaling;
  private final Optional<Memory.Remembered> remembered;
  private final Consumer<Outcome> done;
  private final Deque<BrokerAddress> origins;
  private final Deque<BrokerSearch.Candidate> candidates = new ArrayDeque<>();
  private ReferralChain chain;
  private @Nullable Failure failure;
  private boolean over;

  Pursuit(
      ClientSettings settings,
      TunnelType type,
      EventLoop loop,
      Resolver resolver,
      TunnelSignaling signaling,
      Optional<Memory.Remembered> remembered,
      Consumer<Outcome> done) {
    this.settings = settings;
    this.type = type;
    this.loop = loop;
    this.resolver = resolver;
    this.signaling = signaling;
    this.remembered = remembered;
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
            resolver,
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
    BrokerSearch.Candidate candidate = candidates.poll();
    if (candidate == null) {
      nextOrigin();
    } else if (!chain.visit(candidate.address())) {
      note(Failure.passing(candidate.broker() + ": referred to although it was asked already"));
      nextCandidate();
    } else {
      Optional<Ladder.Rung> known =
          remembered.filter(r -> r.broker().equals(candidate.broker())).map(r -> r.rung());
      ask(candidate, new Ladder(type, settings.transportsFor(type), known));
    }
  }

  private void ask(BrokerSearch.Candidate candidate, Ladder ladder) {
    if (over) {
      return;
    }
    Optional<Ladder.Rung> rung = ladder.rung();
    if (rung.isEmpty()) {
      nextCandidate();
      return;
    }
    SignalingTarget target =
        new SignalingTarget(
            candidate.address(),
            candidate.broker().host(),
            rung.get().transport(),
            rung.get().version());
    LOG.debug("asking {}", target);
    loop.await(
        signaling.request(target, settings.credentials(), this::request),
        SESSION_LIMIT,
        exchange -> answered(candidate, rung.get(), target, exchange),
        cause -> notAnswered(candidate, ladder, cause),
        SignalingExchange::close);
  }

  /** Claims the address that the session really comes from. Runs on a thread of signaling's. */
  private TunnelRequest request(SignalingPath path) {
    return new TunnelRequest(
        type,
        List.of(path.local().getAddress()),
        false,
        settings.keepAlive(),
        settings.wishes().router(),
        settings.wishes().name());
  }

  private void answered(
      BrokerSearch.Candidate candidate,
      Ladder.Rung rung,
      SignalingTarget target,
      SignalingExchange exchange) {
    if (over) {
      exchange.close();
    } else {
      end(new Outcome.Found(exchange, target, new Memory.Remembered(candidate.broker(), rung)));
    }
  }

  private void notAnswered(BrokerSearch.Candidate candidate, Ladder ladder, Throwable cause) {
    if (over) {
      return;
    }
    LOG.debug("{} gave no offer", candidate, cause);
    Optional<TspException> refusal = Failure.refusal(cause);
    if (refusal.isPresent()) {
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

  private void refused(BrokerSearch.Candidate candidate, Ladder ladder, TspException refusal) {
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
      ladder.versionRefused();
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

  /** How it ended. */
  sealed interface Outcome {
    /**
     * A broker made an offer.
     *
     * @param exchange the session, which the receiver closes
     * @param target whom and how
     * @param worked what to remember
     */
    record Found(SignalingExchange exchange, SignalingTarget target, Memory.Remembered worked)
        implements Outcome {}

    /**
     * Nobody did.
     *
     * @param failure why
     */
    record Failed(Failure failure) implements Outcome {}
  }
}

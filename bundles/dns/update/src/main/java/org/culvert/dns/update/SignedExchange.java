package org.culvert.dns.update;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.ServiceException;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;

/**
 * Asks the one server, signed, and believes only signed answers. An answer that is not believed is
 * passed over, for the true one may still come; if it does not, it is told what was wrong with it.
 *
 * <p>Stages: sign, UDP (if the message fits and UDP is allowed), TCP, check, explain.
 */
final class SignedExchange {
  private final InetSocketAddress server;
  private final TsigKey key;
  private final boolean udp;
  private final Duration timeout;
  private final Clock clock;
  private long budgetEnd = Long.MAX_VALUE;
  private boolean answered;

  /**
   * @param udp whether UDP is tried before TCP
   * @param timeout how long an answer may take, all in all
   * @param clock the time of signatures
   */
  SignedExchange(
      InetSocketAddress server, TsigKey key, boolean udp, Duration timeout, Clock clock) {
    this.server = server;
    this.key = key;
    this.udp = udp;
    this.timeout = timeout;
    this.clock = clock;
  }

  /** What came back. */
  private sealed interface Outcome {
    /** A signed answer. */
    record Answered(Message message) implements Outcome {}

    /** The server says what it dislikes about our signature. */
    record Disliked(TSIGRecord tsig) implements Outcome {}

    /** The answer does not fit into a datagram. */
    record Truncated() implements Outcome {}
  }

  /** Reads answers to one request and remembers what was wrong with those that were passed over. */
  private final class Check implements Carrier.Reader<Outcome> {
    private final Message request;
    private final TSIG signer;
    private Optional<String> lie = Optional.empty();

    private Check(Message request, TSIG signer) {
      this.request = request;
      this.signer = signer;
    }

    @Override
    public Optional<Outcome> read(byte[] octets) {
      try {
        return check(new Message(octets), octets);
      } catch (IOException | RuntimeException e) {
        return passOver("an answer that cannot be read");
      }
    }

    private Optional<Outcome> check(Message answer, byte[] octets) {
      if (answer.getHeader().getID() != request.getHeader().getID()) {
        return passOver("an answer to something that was not asked");
      }
      if (!answer.getHeader().getFlag(Flags.QR)
          || answer.getHeader().getOpcode() != request.getHeader().getOpcode()) {
        return passOver("something that is no answer to what was asked");
      }
      if (answer.getHeader().getFlag(Flags.TC)) {
        return Optional.of(new Outcome.Truncated());
      }
      TSIGRecord tsig = answer.getTSIG();
      if (tsig == null) {
        return passOver("an answer without a signature (" + rcode(answer) + ")");
      }
      if (tsig.getError() != Rcode.NOERROR) {
        return Optional.of(new Outcome.Disliked(tsig));
      }
      int verdict = signer.verify(answer, octets, request.getTSIG());
      return verdict == Rcode.NOERROR
          ? Optional.of(new Outcome.Answered(answer))
          : passOver("an answer with a wrong signature (" + Rcode.TSIGstring(verdict) + ")");
    }

    private Optional<Outcome> passOver(String what) {
      lie = Optional.of(what);
      return Optional.empty();
    }
  }

  /** Gives all requests from now on no more time than this together. */
  void begin(Duration budget) {
    budgetEnd = System.nanoTime() + budget.toNanos();
  }

  /**
   * Signs a request and sends it. Blocks.
   *
   * @return the server's signed answer, whatever it says
   * @throws ServiceException if there is none, saying why in one line
   */
  Message ask(Message request) throws ServiceException {
    answered = false;
    Message answer = signedAnswer(request);
    answered = true;
    return answer;
  }

  /** Tells whether the last request was answered at all; if not, the next will not be, either. */
  boolean isAnswering() {
    return answered;
  }

  private Message signedAnswer(Message request) throws ServiceException {
    TSIG signer = key.signer(clock);
    signer.apply(request, null);
    byte[] octets = request.toWire(Message.MAXLENGTH);
    Check check = new Check(request, signer);
    Duration limit = limit();
    long end = System.nanoTime() + limit.toNanos();
    Optional<Outcome> outcome = Optional.empty();
    if (udp && octets.length <= Carrier.LARGEST_DATAGRAM) {
      outcome = byDatagram(octets, limit.dividedBy(2), check);
    }
    if (outcome.isPresent() && outcome.get() instanceof Outcome.Answered answered) {
      return answered.message();
    }
    // Whoever can guess a datagram's id could have said this, too; a connection is harder to forge.
    outcome = byStream(octets, Duration.ofNanos(end - System.nanoTime()), check);
    if (outcome.isEmpty()) {
      throw ServiceException.passing(
          "%s sent %s about %s; it is not believed"
              .formatted(
                  this,
                  check.lie.orElse("nothing"),
                  HostNames.text(request.getQuestion().getName())),
          null);
    }
    if (outcome.get() instanceof Outcome.Answered answered) {
      return answered.message();
    }
    throw outcome.get() instanceof Outcome.Disliked disliked
        ? explain(disliked.tsig())
        : ServiceException.passing(this + " cut its answer off, over TCP", null);
  }

  private Duration limit() throws ServiceException {
    long left = budgetEnd - System.nanoTime();
    if (left <= 0) {
      throw ServiceException.passing(this + " is too slow: not all could be done in time", null);
    }
    return left < timeout.toNanos() ? Duration.ofNanos(left) : timeout;
  }

  private Optional<Outcome> byDatagram(byte[] octets, Duration limit, Check check) {
    try {
      return Carrier.datagram(server, octets, limit, check);
    } catch (IOException e) {
      // It may listen for TCP alone.
      return Optional.empty();
    }
  }

  private Optional<Outcome> byStream(byte[] octets, Duration limit, Check check)
      throws ServiceException {
    try {
      return Carrier.stream(server, octets, limit, check);
    } catch (SocketTimeoutException e) {
      String seen = check.lie.map(lie -> "; it sent " + lie + ", not believed").orElse("");
      throw ServiceException.passing(
          this + " does not answer within " + timeout.toMillis() + " ms" + seen, e);
    } catch (IOException e) {
      String seen = check.lie.map(lie -> "; over UDP it sent " + lie).orElse("");
      throw ServiceException.passing(this + " cannot be reached: " + e.getMessage() + seen, e);
    }
  }

  /** RFC 8945 section 5.2: errors of keys are lasting, a clock may be set right. */
  private ServiceException explain(TSIGRecord tsig) {
    return switch (tsig.getError()) {
      case Rcode.BADKEY ->
          ServiceException.lasting(
              this
                  + " does not know the key \""
                  + key
                  + "\" with this algorithm, or not for this zone (BADKEY)",
              null);
      case Rcode.BADSIG ->
          ServiceException.lasting(
              this + " has another secret for the key \"" + key + "\" (BADSIG)", null);
      case Rcode.BADTIME ->
          ServiceException.passing(this + " has another time (BADTIME): " + difference(tsig), null);
      default ->
          ServiceException.lasting(
              "%s refuses the signature by \"%s\" (%s)"
                  .formatted(this, key, Rcode.TSIGstring(tsig.getError())),
              null);
    };
  }

  private String difference(TSIGRecord tsig) {
    byte[] other = tsig.getOther();
    if (other == null || other.length != 6) {
      return "set the clock that is wrong, it is tried again";
    }
    long theirs = 0;
    for (byte octet : other) {
      theirs = theirs << 8 | (octet & 0xFF);
    }
    long ahead = theirs - clock.instant().getEpochSecond();
    return "its clock is %s s %s ours, which says %s; set the wrong one right, it is tried again"
        .formatted(
            Math.abs(ahead),
            ahead < 0 ? "behind" : "ahead of",
            clock.instant().truncatedTo(ChronoUnit.SECONDS));
  }

  private static String rcode(Message answer) {
    return Opcode.string(answer.getHeader().getOpcode())
        + " "
        + Rcode.string(answer.getHeader().getRcode());
  }

  /** Names the server for messages. */
  @Override
  public String toString() {
    return "the DNS server " + text(server);
  }

  /** Writes an address and a port. */
  static String text(InetSocketAddress address) {
    String host = IpAddresses.text(address.getAddress());
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}

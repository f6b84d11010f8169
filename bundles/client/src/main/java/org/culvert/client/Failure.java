package org.culvert.client;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/**
 * Why there is no tunnel.
 *
 * @param text the cause in one line, fit for a terminal
 * @param lasting whether it will not heal without the operator
 */
record Failure(String text, boolean lasting) {
  private static final int LONGEST_TEXT = 300;

  /** Makes the text safe to print: parts of it may have come from a broker. */
  Failure {
    text = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
    if (text.length() > LONGEST_TEXT) {
      text = text.substring(0, LONGEST_TEXT) + "...";
    }
  }

  /** Names a failure that may pass. */
  static Failure passing(String text) {
    return new Failure(text, false);
  }

  /** Says that the client met what it does not expect; the log has the rest. */
  static Failure unexpected(Throwable cause) {
    return passing("an error within the client, see the log: " + cause.getClass().getSimpleName());
  }

  /** Says that nobody here speaks the routing protocol that shall be asked for. */
  static Failure notSpoken(RoutingProtocol routing) {
    return passing(
        "routing = "
            + routing
            + ": nothing here speaks it now; install the feature culvert-routing-frr or"
            + " culvert-routing-bird and see that its daemon runs, or write routing = static");
  }

  /**
   * Says in an operator's words what a broker answered, and what can be done about it. Other
   * brokers say more with their own text than ours for the number does: both are shown.
   */
  static Failure of(BrokerAddress broker, TspException refusal, Wishes wishes) {
    StatusCode code = meant(refusal);
    String what = code.number() + " " + code.text() + saidOtherwise(refusal, code);
    return switch (code) {
      case AUTHENTICATION_FAILED ->
          new Failure(
              broker
                  + ": "
                  // The message says more than the code where this side is the one that refuses.
                  + (refusal.words().isPresent() ? what : refusal.getMessage())
                  + "; check user, password and mechanisms in etc/org.culvert.client.cfg",
              true);
      case SERVER_BUSY, NO_MORE_TUNNELS ->
          passing(broker + ": " + what + "; it is asked again later");
      default -> passing(broker + ": " + what + remedy(code, wishes));
    };
  }

  /** Some numbers have two refusals; only the broker's own text tells which. */
  private static StatusCode meant(TspException refusal) {
    return Stream.of(StatusCode.ACCOUNT_IN_USE, StatusCode.ADDRESS_FOR_ANONYMOUS)
        .filter(ours -> ours.number() == refusal.code().number())
        .filter(ours -> refusal.words().filter(w -> w.startsWith(ours.text())).isPresent())
        .findFirst()
        .orElse(refusal.code());
  }

  private static String saidOtherwise(TspException refusal, StatusCode code) {
    return refusal
        .words()
        .map(words -> words.startsWith(code.text() + "; ") ? rest(words, code) : words)
        .filter(words -> !words.isBlank() && !words.equalsIgnoreCase(code.text()))
        .map(words -> " (it said: \"" + words + "\")")
        .orElse("");
  }

  /** A broker of ours says what can be done after the text that everybody knows. */
  private static String rest(String words, StatusCode code) {
    return words.substring(code.text().length() + 2);
  }

  /** Says that a broker refuses what it had offered and what was accepted. */
  static Failure refusedAfterAll(String broker, TspException refusal) {
    StatusCode code = refusal.code();
    return passing(
        broker
            + ": "
            + code.number()
            + " "
            + code.text()
            + saidOtherwise(refusal, code)
            + ", after the accept; the broker's log says why");
  }

  /** Names the key that a refusal is about, where it is about one. */
  private static String remedy(StatusCode code, Wishes wishes) {
    return switch (code) {
      case ROUTER_NOT_SUPPORTED ->
          wishes.speaks()
              ? "; write routing = static, or ask for no prefix (prefixLength = 0)"
              : "; ask for no prefix (prefixLength = 0)";
      case UNSUPPORTED_TUNNEL_TYPE ->
          "; it has no such tunnel for this way: behind a NAT it must be one in UDP, asked for over"
              + " UDP; leave tunnelType and transports out of etc/org.culvert.client.cfg";
      case ADDRESS_POOL_EXHAUSTED ->
          "; the broker has no address left for such users: ask its operator, or set user and"
              + " password";
      case ADDRESS_FOR_ANONYMOUS -> "; set user and password in etc/org.culvert.client.cfg";
      case ACCOUNT_IN_USE -> "; give each host an account of its own, or stop the other host";
      case ADDRESS_IN_USE ->
          "; the tunnel of another account is still there: it ends soon after that one falls silent";
      case PREFIX_UNAVAILABLE -> "; ask for another prefixLength";
      case UNSUPPORTED_PREFIX_LENGTH -> "; write a prefixLength that this broker hands out";
      case PREFIX_FOR_ANONYMOUS -> "; set user and password, or write prefixLength = 0";
      case DNS_DELEGATION_ERROR ->
          "; see that the nameServers answer for the reverse zone, or name none";
      case UNSUPPORTED_ROUTER_PROTOCOL -> "; write routing = static, or another protocol";
      // In the draft it is about names; the RFC gave it another meaning.
      case INVALID_IPV6_ADDRESS, INVALID_NAME ->
          wishes.name().map(name -> "; the name " + name + " may be refused or taken").orElse("");
      default -> "";
    };
  }

  /** Says why nobody is asked whom a broker named. */
  static Failure notFollowed(BrokerAddress broker, ReferralTrust trust) {
    return passing(
        broker
            + ": refers to other brokers, which is not followed: "
            + (trust == ReferralTrust.NONE
                ? "referrals = none"
                : "it had not proved who it is (referrals = any would follow)"));
  }

  /** Says what went wrong on the way to a broker. */
  static Failure of(BrokerAddress broker, Throwable failure) {
    Throwable cause = unwrapped(failure);
    return passing(
        broker
            + ": "
            + Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName()));
  }

  /** Returns the broker's refusal, if that is what failed. */
  static Optional<TspException> refusal(Throwable failure) {
    return unwrapped(failure) instanceof TspException refusal
        ? Optional.of(refusal)
        : Optional.empty();
  }

  /** Joins the failures of several brokers; what may pass at one of them may pass. */
  Failure and(Failure other) {
    return text.equals(other.text)
        ? this
        : new Failure(text + "; " + other.text, lasting && other.lasting);
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? unwrapped(cause) : failure;
  }
}

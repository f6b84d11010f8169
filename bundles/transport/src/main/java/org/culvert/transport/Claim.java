package org.culvert.transport;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whom the client of one session claims to be, and why it is not let in as that one: for the
 * operator alone, nothing of it reaches the client. Of a name that no account has only a hash is
 * kept: people write passwords where a name is asked for. Written while a mechanism is at work, on
 * a blocking thread, and read on the session's.
 */
final class Claim {
  private volatile @Nullable String user;
  private volatile @Nullable String asked;
  private volatile @Nullable String obstacle;
  private volatile boolean answered;

  /** Notes the name of an account that is asked for, and not found yet. */
  void asks(String name) {
    user = null;
    asked = AskedName.shown(name);
    obstacle = "there is no such user";
  }

  /** Notes whom it is about: there is an account of that name, or the mechanism has proved it. */
  void is(String known) {
    user = known;
  }

  /** Notes what is in the way, from what is known now. */
  void obstacle(String what) {
    obstacle = what;
  }

  /** Notes that the client has answered this server, so that its address is no forged one. */
  void answered() {
    answered = true;
  }

  /** Returns whom; empty if there is no such account. */
  Optional<String> user() {
    return Optional.ofNullable(user);
  }

  /** Returns what stands for the name that was asked for last. */
  Optional<String> asked() {
    return Optional.ofNullable(asked);
  }

  /** Returns what was in the way last; of use only if the mechanism has failed. */
  Optional<String> obstacle() {
    return Optional.ofNullable(obstacle);
  }

  /** Tells whether the client has answered this server. */
  boolean hasAnswered() {
    return answered;
  }
}

package org.culvert.api.account;

import java.util.Optional;
import javax.security.auth.callback.Callback;
import org.jspecify.annotations.Nullable;

/** Asks for what stands for a user's password in a SCRAM mechanism. */
public final class ScramSecretCallback implements Callback {
  private final String user;
  private final String mechanism;
  private @Nullable ScramSecret secret;

  /** Asks for a user and a mechanism, named without {@code -PLUS}. */
  public ScramSecretCallback(String user, String mechanism) {
    this.user = user;
    this.mechanism = mechanism;
  }

  /** Returns the user. */
  public String user() {
    return user;
  }

  /** Returns the mechanism, without {@code -PLUS}. */
  public String mechanism() {
    return mechanism;
  }

  /** Answers; not called where there is no such user, or none for this mechanism. */
  public void secret(ScramSecret answer) {
    this.secret = answer;
  }

  /** Returns the answer. */
  public Optional<ScramSecret> secret() {
    return Optional.ofNullable(secret);
  }
}

package org.culvert.api.account;

import java.util.Optional;
import javax.security.auth.callback.Callback;
import org.jspecify.annotations.Nullable;

/** Asks whom the connection below has authenticated, for the mechanism EXTERNAL. */
public final class ExternalIdentityCallback implements Callback {
  private @Nullable String user;

  /** Answers; not called where the client showed no certificate that names a user. */
  public void user(String answer) {
    this.user = answer;
  }

  /** Returns the answer. */
  public Optional<String> user() {
    return Optional.ofNullable(user);
  }
}

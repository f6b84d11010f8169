package org.culvert.api.account;

import java.util.Optional;
import javax.security.auth.callback.Callback;
import org.jspecify.annotations.Nullable;

/** Asks for what stands for a user's password in DIGEST-MD5. */
public final class DigestSecretCallback implements Callback {
  private final String user;
  private final String realm;
  private @Nullable DigestSecret secret;

  /** Asks for a user in a realm. */
  public DigestSecretCallback(String user, String realm) {
    this.user = user;
    this.realm = realm;
  }

  /** Returns the user. */
  public String user() {
    return user;
  }

  /** Returns the realm. */
  public String realm() {
    return realm;
  }

  /** Answers; not called where there is no such user, or none for this realm. */
  public void secret(DigestSecret answer) {
    this.secret = answer;
  }

  /** Returns the answer. */
  public Optional<DigestSecret> secret() {
    return Optional.ofNullable(secret);
  }
}

package org.culvert.api.signaling;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A name and a password to authenticate with, or nothing for an anonymous session. */
public final class Credentials {
  private static final Credentials ANONYMOUS = new Credentials(null, null);

  private final @Nullable String user;
  private final @Nullable String password;

  private Credentials(@Nullable String user, @Nullable String password) {
    this.user = user;
    this.password = password;
  }

  /** Returns credentials that name nobody. */
  public static Credentials anonymous() {
    return ANONYMOUS;
  }

  /** Returns a user's credentials. */
  public static Credentials of(String user, String password) {
    return new Credentials(user, password);
  }

  /** Returns the user; empty if anonymous. */
  public Optional<String> user() {
    return Optional.ofNullable(user);
  }

  /** Returns the password; empty if anonymous. */
  public Optional<String> password() {
    return Optional.ofNullable(password);
  }

  /** Names the user only. */
  @Override
  public String toString() {
    return "Credentials[" + (user == null ? "anonymous" : user) + "]";
  }
}

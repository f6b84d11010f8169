package org.culvert.api.account;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A user and the ways in which the user's password can be verified; never the password itself. */
public final class Account {
  private final String user;
  private final boolean enabled;
  private final @Nullable PasswordCheck passwordCheck;
  private final @Nullable DigestSecret digestSecret;

  /**
   * @param user the user's name
   * @param enabled whether the user may authenticate
   * @param passwordCheck verifies a password in the clear
   * @param digestSecret what DIGEST-MD5 needs; absent where it is switched off for this user
   */
  public Account(
      String user,
      boolean enabled,
      @Nullable PasswordCheck passwordCheck,
      @Nullable DigestSecret digestSecret) {
    this.user = user;
    this.enabled = enabled;
    this.passwordCheck = passwordCheck;
    this.digestSecret = digestSecret;
  }

  /** Returns the user's name. */
  public String user() {
    return user;
  }

  /** Tells whether the user may authenticate. */
  public boolean enabled() {
    return enabled;
  }

  /** Returns what verifies a password in the clear. */
  public Optional<PasswordCheck> passwordCheck() {
    return Optional.ofNullable(passwordCheck);
  }

  /** Returns what DIGEST-MD5 needs. */
  public Optional<DigestSecret> digestSecret() {
    return Optional.ofNullable(digestSecret);
  }

  /** Names the user only. */
  @Override
  public String toString() {
    return "Account[" + user + "]";
  }
}

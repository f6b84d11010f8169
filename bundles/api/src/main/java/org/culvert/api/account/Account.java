package org.culvert.api.account;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A user and the ways in which the user's password can be verified; never the password itself. */
public final class Account {
  private final String user;
  private final boolean enabled;
  private final @Nullable PasswordCheck passwordCheck;
  private final Supplier<Optional<DigestSecret>> digestSecret;
  private final Function<String, Optional<ScramSecret>> scramSecrets;
  private final AccountPolicy policy;
  private final Grant grant;

  /**
   * Describes a user who is in no group.
   *
   * @param user the user's name
   * @param enabled whether the user may authenticate
   * @param passwordCheck verifies a password in the clear
   * @param digestSecret what DIGEST-MD5 needs; absent where it is switched off for this user
   * @param scramSecrets what SCRAM needs, one for each mechanism
   * @param policy how the user may authenticate
   */
  public Account(
      String user,
      boolean enabled,
      @Nullable PasswordCheck passwordCheck,
      @Nullable DigestSecret digestSecret,
      List<ScramSecret> scramSecrets,
      AccountPolicy policy) {
    this(user, enabled, passwordCheck, digestSecret, scramSecrets, policy, Grant.NONE);
  }

  /**
   * Describes a user who is in groups.
   *
   * @param user the user's name
   * @param enabled whether the user may authenticate
   * @param passwordCheck verifies a password in the clear
   * @param digestSecret what DIGEST-MD5 needs; absent where it is switched off for this user
   * @param scramSecrets what SCRAM needs, one for each mechanism
   * @param policy how the user may authenticate
   * @param groups the groups that the user is in
   */
  public Account(
      String user,
      boolean enabled,
      @Nullable PasswordCheck passwordCheck,
      @Nullable DigestSecret digestSecret,
      List<ScramSecret> scramSecrets,
      AccountPolicy policy,
      Set<String> groups) {
    this(user, enabled, passwordCheck, digestSecret, scramSecrets, policy, Grant.of(groups));
  }

  /**
   * @param user the user's name
   * @param enabled whether the user may authenticate
   * @param passwordCheck verifies a password in the clear
   * @param digestSecret what DIGEST-MD5 needs; absent where it is switched off for this user
   * @param scramSecrets what SCRAM needs, one for each mechanism
   * @param policy how the user may authenticate
   * @param grant what the user's tunnels are granted
   */
  public Account(
      String user,
      boolean enabled,
      @Nullable PasswordCheck passwordCheck,
      @Nullable DigestSecret digestSecret,
      List<ScramSecret> scramSecrets,
      AccountPolicy policy,
      Grant grant) {
    this(
        user,
        enabled,
        passwordCheck,
        () -> Optional.ofNullable(digestSecret),
        named(List.copyOf(scramSecrets)),
        policy,
        grant);
  }

  /**
   * Describes a user whose secrets are made when a mechanism asks for them.
   *
   * @param user the user's name
   * @param enabled whether the user may authenticate
   * @param passwordCheck verifies a password in the clear
   * @param digestSecret gives what DIGEST-MD5 needs
   * @param scramSecrets gives what a SCRAM mechanism needs, whose name is without {@code -PLUS}; it
   *     may take as long as a hash of a password does
   * @param policy how the user may authenticate
   * @param grant what the user's tunnels are granted
   */
  public Account(
      String user,
      boolean enabled,
      @Nullable PasswordCheck passwordCheck,
      Supplier<Optional<DigestSecret>> digestSecret,
      Function<String, Optional<ScramSecret>> scramSecrets,
      AccountPolicy policy,
      Grant grant) {
    this.user = user;
    this.enabled = enabled;
    this.passwordCheck = passwordCheck;
    this.digestSecret = digestSecret;
    this.scramSecrets = scramSecrets;
    this.policy = policy;
    this.grant = grant;
  }

  private static Function<String, Optional<ScramSecret>> named(List<ScramSecret> secrets) {
    return mechanism -> secrets.stream().filter(s -> s.mechanism().equals(mechanism)).findFirst();
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
    return digestSecret.get();
  }

  /**
   * Returns what a SCRAM mechanism needs; its name is given without {@code -PLUS}. It may take as
   * long as a hash of a password does, and must not be called on an event loop.
   */
  public Optional<ScramSecret> scramSecret(String mechanism) {
    return scramSecrets.apply(mechanism);
  }

  /** Returns how the user may authenticate. */
  public AccountPolicy policy() {
    return policy;
  }

  /** Returns what the user's tunnels are granted. */
  public Grant grant() {
    return grant;
  }

  /** Names the user only. */
  @Override
  public String toString() {
    return "Account[" + user + "]";
  }
}

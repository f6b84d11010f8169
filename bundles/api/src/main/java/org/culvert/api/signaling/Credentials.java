package org.culvert.api.signaling;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whom to authenticate as, and by which means: by a name and a password, by the certificate that
 * TLS shows, or as nobody.
 */
public final class Credentials {
  /** The SASL mechanism that sends the password as it is. */
  private static final String PLAIN = "PLAIN";

  private static final Credentials ANONYMOUS = new Credentials(null, null, false, Set.of(), false);
  private static final Credentials CERTIFICATE = new Credentials(null, null, true, Set.of(), false);

  private final @Nullable String user;
  private final @Nullable String password;
  private final boolean byCertificate;
  private final Set<String> mechanisms;
  private final boolean plainInClear;

  private Credentials(
      @Nullable String user,
      @Nullable String password,
      boolean byCertificate,
      Set<String> mechanisms,
      boolean plainInClear) {
    this.user = user;
    this.password = password;
    this.byCertificate = byCertificate;
    this.mechanisms = mechanisms;
    this.plainInClear = plainInClear;
  }

  /** Returns credentials that name nobody. */
  public static Credentials anonymous() {
    return ANONYMOUS;
  }

  /** Returns a user's credentials. */
  public static Credentials of(String user, String password) {
    return new Credentials(user, password, false, Set.of(), false);
  }

  /** Returns the credentials of whomever the certificate names that TLS shows (EXTERNAL). */
  public static Credentials certificate() {
    return CERTIFICATE;
  }

  /**
   * Returns the same credentials, to be used by these SASL mechanisms only, so that nobody on the
   * way can talk the two ends into a weaker one; an empty set allows all.
   */
  public Credentials onlyBy(Set<String> names) {
    Set<String> upper =
        names.stream()
            .map(name -> name.toUpperCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    return new Credentials(user, password, byCertificate, upper, plainInClear);
  }

  /** Returns the same credentials, whose password may also be sent without TLS, for all to read. */
  public Credentials evenInClear() {
    return new Credentials(user, password, byCertificate, mechanisms, true);
  }

  /** Returns the same credentials of a user, whose password is another one now. */
  public Credentials withPassword(String other) {
    return new Credentials(user, other, byCertificate, mechanisms, plainInClear);
  }

  /** Tells whether a mechanism may be used on a connection that is TLS or is not. */
  public boolean allow(String mechanism, boolean tls) {
    return (mechanisms.isEmpty() || mechanisms.contains(mechanism))
        && (tls || plainInClear || !mechanism.equals(PLAIN));
  }

  /** Tells whether the session is to be anonymous. */
  public boolean isAnonymous() {
    return user == null && !byCertificate;
  }

  /** Tells whether the certificate that TLS shows is all there is. */
  public boolean isByCertificate() {
    return byCertificate;
  }

  /** Returns the user; empty if anonymous or named by a certificate. */
  public Optional<String> user() {
    return Optional.ofNullable(user);
  }

  /** Returns the password; empty if anonymous or named by a certificate. */
  public Optional<String> password() {
    return Optional.ofNullable(password);
  }

  /** Names the user only. */
  @Override
  public String toString() {
    String who = byCertificate ? "by certificate" : "anonymous";
    return "Credentials[" + (user == null ? who : user) + "]";
  }
}

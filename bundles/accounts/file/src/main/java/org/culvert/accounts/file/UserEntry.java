package org.culvert.accounts.file;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;

/**
 * A user as the file has it.
 *
 * @param name the user
 * @param settings what the operator decided
 * @param since when the user was added
 * @param verifiers what is kept of the password
 * @param unknown verifiers of kinds that others know
 * @param clear the password, if the line has it in clear; then there are no verifiers
 */
record UserEntry(
    String name,
    AccountSettings settings,
    Optional<Instant> since,
    Verifiers verifiers,
    List<String> unknown,
    Optional<ClearPassword> clear) {
  static final String DISABLED = "disabled";
  static final String DIGEST = "digest";
  static final String TLS_ONLY = "tls-only";
  static final String MECHANISMS = "mechanisms:";
  static final String GROUPS = "groups:";
  static final String LIFETIME = "lifetime:";
  static final String SINCE = "since:";
  static final String CLEAR = "password:";

  UserEntry {
    unknown = List.copyOf(unknown);
  }

  /** Makes a user without a password in clear. */
  UserEntry(
      String name,
      AccountSettings settings,
      Optional<Instant> since,
      Verifiers verifiers,
      List<String> unknown) {
    this(name, settings, since, verifiers, unknown, Optional.empty());
  }

  /** Makes a new user, as of now. */
  static UserEntry of(String name, AccountSettings settings, Instant now, Verifiers verifiers) {
    return new UserEntry(
        name, settings, Optional.of(now.truncatedTo(ChronoUnit.SECONDS)), verifiers, List.of());
  }

  /** Returns the same user with another password: what was made from the old one goes. */
  UserEntry with(AccountSettings other, Verifiers made) {
    return new UserEntry(name, other, since, made, List.of());
  }

  /** Returns the same user with what it lacked of the same password: nothing goes. */
  UserEntry and(Verifiers made) {
    return new UserEntry(name, settings, since, verifiers.and(made), unknown);
  }

  /** Returns the same user with other settings, with the verifiers that it may keep. */
  UserEntry with(AccountSettings other) {
    return new UserEntry(name, other, since, verifiers.only(other), unknown);
  }

  /** Returns the same user with a password in clear. */
  UserEntry with(ClearPassword password, Instant now) {
    return new UserEntry(
        name,
        settings,
        since.or(() -> Optional.of(now.truncatedTo(ChronoUnit.SECONDS))),
        Verifiers.NONE,
        List.of(),
        Optional.of(password));
  }

  /** Returns the same user without a password in clear, but with its verifiers: takes long. */
  UserEntry hashed() {
    return hashed(settings);
  }

  /** Returns the same with the verifiers that other settings need, too. */
  UserEntry hashed(AccountSettings other) {
    return clear
        .map(password -> password.verifiers(settings).and(password.verifiers(other)))
        .map(made -> new UserEntry(name, settings, since, made, unknown))
        .orElse(this);
  }

  /** Tells what may be told. */
  AccountSummary summary(Settings configuration) {
    List<String> mechanisms =
        clear
            .map(password -> password.mechanisms(settings))
            .orElseGet(() -> verifiers.mechanisms(settings.policy(), configuration));
    return new AccountSummary(name, settings, mechanisms, since);
  }

  /** Writes the line, with an octet in each character; for a user without a password in clear. */
  String octets() {
    List<String> words = new ArrayList<>();
    words.add(name);
    words.add("=");
    if (!settings.enabled()) {
      words.add(DISABLED);
    }
    if (settings.digestMd5()) {
      words.add(DIGEST);
    }
    AccountPolicy policy = settings.policy();
    if (policy.tlsOnly()) {
      words.add(TLS_ONLY);
    }
    if (!policy.mechanisms().isEmpty()) {
      words.add(MECHANISMS + String.join(",", new TreeSet<>(policy.mechanisms())));
    }
    if (!settings.groups().isEmpty()) {
      words.add(GROUPS + String.join(",", new TreeSet<>(settings.groups())));
    }
    settings.lifetime().ifPresent(time -> words.add(LIFETIME + time.toMinutes()));
    since.ifPresent(time -> words.add(SINCE + time));
    words.addAll(verifiers.words());
    words.addAll(unknown);
    return octets(String.join(" ", words));
  }

  /** Writes a line that lets a user not in, and says nothing else. */
  static String nothingOf(String name) {
    return octets(name + " =");
  }

  private static String octets(String line) {
    return new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Names the user only. */
  @Override
  public String toString() {
    return "UserEntry[" + name + "]";
  }
}

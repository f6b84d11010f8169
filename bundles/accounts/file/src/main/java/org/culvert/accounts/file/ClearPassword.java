package org.culvert.accounts.file;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.PasswordCheck;
import org.culvert.api.account.ScramSecret;

/**
 * A user's password in clear, and the verifiers that were made of it so far. Each is made when it
 * is asked for first, and once. Safe for use by several threads: who asks for a verifier waits for
 * this user's at most.
 */
final class ClearPassword {
  private final String user;
  private final char[] password;
  private final Settings settings;
  private final Hashing hashing;

  /** Guards {@link #bcrypt}. */
  private final Object bcryptMaking = new Object();

  /** Empty: not made; made, but empty: there is none. */
  private Optional<Optional<BcryptVerifier>> bcrypt = Optional.empty();

  /** Guarded by itself. */
  private final Map<ScramHash, ScramVerifier> scram = new EnumMap<>(ScramHash.class);

  /**
   * @param password without fault; who calls may clear it when no verifier is to be made any more
   */
  ClearPassword(String user, char[] password, Settings settings, Hashing hashing) {
    this.user = user;
    this.password = password;
    this.settings = settings;
    this.hashing = hashing;
  }

  /**
   * Makes a verifier for each mechanism that an account may use, and for no other: whoever steals
   * the file attacks the weakest.
   */
  Verifiers verifiers(AccountSettings account) {
    AccountPolicy policy = policy(account);
    boolean plain = Verifiers.wants(policy, Verifiers.PLAIN);
    Optional<BcryptVerifier> made = plain ? bcrypt() : Optional.empty();
    List<ScramVerifier> keys = new ArrayList<>();
    for (ScramHash hash : ScramHash.values()) {
      boolean standsIn = hash == ScramHash.SHA_256 && plain && made.isEmpty();
      if (Verifiers.wants(policy, hash.mechanism()) || standsIn) {
        keys.add(scram(hash));
      }
    }
    return new Verifiers(made, keys, digest(account).stream().toList());
  }

  /** Names the mechanisms that the verifiers will serve, the strongest first; makes none. */
  List<String> mechanisms(AccountSettings account) {
    List<String> names = new ArrayList<>();
    for (ScramHash hash : ScramHash.values()) {
      if (Verifiers.wants(account.policy(), hash.mechanism())) {
        names.add(hash.mechanism());
      }
    }
    if (wantsDigest(account, account.policy())) {
      names.add(Verifiers.DIGEST_MD5);
    }
    if (Verifiers.wants(account.policy(), Verifiers.PLAIN)) {
      names.add(Verifiers.PLAIN);
    }
    return names;
  }

  /** Returns what DIGEST-MD5 needs, if an account may use it. */
  Optional<DigestSecret> digest(AccountSettings account) {
    return wantsDigest(account, policy(account))
        ? Optional.of(Ha1.of(user, settings.realm(), new String(password)))
        : Optional.empty();
  }

  /** Returns what a SCRAM mechanism needs, if an account may use it. */
  Optional<ScramSecret> scram(AccountSettings account, String mechanism) {
    return Verifiers.wants(account.policy(), mechanism)
        ? ScramHash.of(mechanism).map(this::scram).flatMap(ScramVerifier::secret)
        : Optional.empty();
  }

  /**
   * Returns a check that passes this password at once. Another takes the time that it takes with a
   * verifier, so that time does not tell whose password is still in clear.
   *
   * @param nobody takes that time
   */
  PasswordCheck check(PasswordCheck nobody) {
    return tried -> isEqual(tried) || nobody.matches(tried);
  }

  /**
   * Compares both in the form that is hashed, in a time that does not depend on where they differ.
   */
  private boolean isEqual(char[] tried) {
    byte[] own = octets(password, Password::stored);
    byte[] other = octets(tried, Password::query);
    try {
      return MessageDigest.isEqual(own, other);
    } finally {
      Arrays.fill(own, (byte) 0);
      Arrays.fill(other, (byte) 0);
    }
  }

  private static byte[] octets(char[] text, Function<char[], Optional<char[]>> preparation) {
    Optional<char[]> prepared = preparation.apply(text);
    byte[] octets = Password.octets(prepared.orElse(text));
    prepared.ifPresent(p -> Arrays.fill(p, '\0'));
    return octets;
  }

  private Optional<BcryptVerifier> bcrypt() {
    synchronized (bcryptMaking) {
      if (bcrypt.isEmpty()) {
        bcrypt = Optional.of(prepared(text -> hashing.bcrypt(user, text)));
      }
      return bcrypt.get();
    }
  }

  private ScramVerifier scram(ScramHash hash) {
    synchronized (scram) {
      return scram.computeIfAbsent(
          hash, wanted -> prepared(text -> hashing.scram(user, wanted, text)));
    }
  }

  private <T> T prepared(Function<char[], T> maker) {
    char[] prepared =
        Password.stored(password)
            .orElseThrow(() -> new IllegalArgumentException("the password was not examined"));
    try {
      return maker.apply(prepared);
    } finally {
      Arrays.fill(prepared, '\0');
    }
  }

  private boolean wantsDigest(AccountSettings account, AccountPolicy policy) {
    return account.digestMd5()
        && settings.digestMd5()
        && Verifiers.wants(policy, Verifiers.DIGEST_MD5);
  }

  /** Nothing would be left of the password if the only mechanisms named are misspelt. */
  private static AccountPolicy policy(AccountSettings account) {
    return Verifiers.wantsPassword(account.policy())
        ? account.policy()
        : new AccountPolicy(Set.of(), account.policy().tlsOnly());
  }

  /** Masks the password. */
  @Override
  public String toString() {
    return "ClearPassword[" + user + "]";
  }
}

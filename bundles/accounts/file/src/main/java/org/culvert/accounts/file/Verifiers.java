package org.culvert.accounts.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.PasswordCheck;

/**
 * What is kept of one user's password.
 *
 * <p>A verifier is made only where the user may use the mechanism that needs it, for whoever steals
 * the file attacks the weakest. Once made, it stays as long as the password.
 *
 * @param bcrypt verifies a password in clear
 * @param scram verify a proof, one for each hash function
 * @param digests what DIGEST-MD5 needs, for one realm each
 */
record Verifiers(
    Optional<BcryptVerifier> bcrypt, List<ScramVerifier> scram, List<DigestSecret> digests) {
  static final String PLAIN = "PLAIN";
  static final String DIGEST_MD5 = "DIGEST-MD5";

  static final Verifiers NONE = new Verifiers(Optional.empty(), List.of(), List.of());

  Verifiers {
    scram = List.copyOf(scram);
    digests = List.copyOf(digests);
  }

  /** Tells whether a policy allows a mechanism, with or without channel binding. */
  static boolean wants(AccountPolicy policy, String mechanism) {
    return policy.allows(mechanism, true) || policy.allows(mechanism + "-PLUS", true);
  }

  /** Tells whether a policy allows a mechanism that needs a password. */
  static boolean wantsPassword(AccountPolicy policy) {
    return wants(policy, PLAIN)
        || wants(policy, DIGEST_MD5)
        || Arrays.stream(ScramHash.values()).anyMatch(hash -> wants(policy, hash.mechanism()));
  }

  /**
   * Returns those that an account keeps. A policy rules out their use and not what they are:
   * without the password they cannot be made again. What is as good as the password goes as soon as
   * it is not asked for.
   */
  Verifiers only(AccountSettings account) {
    return account.digestMd5() ? this : new Verifiers(bcrypt, scram, List.of());
  }

  /** Returns what verifies a password in clear: bcrypt, or the best of the rest. */
  Optional<PasswordCheck> passwordCheck() {
    return bcrypt
        .<PasswordCheck>map(check -> check)
        .or(() -> scram(ScramHash.SHA_256))
        .or(() -> scram(ScramHash.SHA_1));
  }

  /** Returns what DIGEST-MD5 needs in the configured realm, unless it is switched off. */
  Optional<DigestSecret> digest(Settings settings) {
    return settings.digestMd5()
        ? digests.stream().filter(one -> one.realm().equals(settings.realm())).findFirst()
        : Optional.empty();
  }

  /** Names the mechanisms that these verifiers and a policy allow, the strongest first. */
  List<String> mechanisms(AccountPolicy policy, Settings settings) {
    List<String> names = new ArrayList<>();
    for (ScramHash hash : ScramHash.values()) {
      if (wants(policy, hash.mechanism())
          && scram(hash).flatMap(ScramVerifier::secret).isPresent()) {
        names.add(hash.mechanism());
      }
    }
    if (wants(policy, DIGEST_MD5) && digest(settings).isPresent()) {
      names.add(DIGEST_MD5);
    }
    if (wants(policy, PLAIN) && passwordCheck().isPresent()) {
      names.add(PLAIN);
    }
    return names;
  }

  /** Tells whether a password would bring verifiers that these lack. */
  boolean lack(AccountSettings account, Settings settings) {
    AccountPolicy policy = account.policy();
    return (bcrypt.isEmpty() && wants(policy, PLAIN))
        || (digest(settings).isEmpty()
            && account.digestMd5()
            && settings.digestMd5()
            && wants(policy, DIGEST_MD5))
        || Arrays.stream(ScramHash.values())
            .anyMatch(hash -> scram(hash).isEmpty() && wants(policy, hash.mechanism()));
  }

  /** Returns these, and of others of the same password those that these lack. */
  Verifiers and(Verifiers other) {
    Set<String> kinds = kinds();
    List<ScramVerifier> keys = new ArrayList<>(scram);
    other.scram.stream().filter(one -> !kinds.contains(one.hash().scheme())).forEach(keys::add);
    List<DigestSecret> realms = new ArrayList<>(digests);
    other.digests.stream()
        .filter(one -> !kinds.contains(Ha1.SCHEME + one.realm()))
        .forEach(realms::add);
    return new Verifiers(bcrypt.or(other::bcrypt), keys, realms);
  }

  /** Names the kinds of verifiers. */
  Set<String> kinds() {
    Set<String> kinds = new HashSet<>();
    bcrypt.ifPresent(one -> kinds.add(BcryptVerifier.SCHEME));
    scram.forEach(one -> kinds.add(one.hash().scheme()));
    digests.forEach(one -> kinds.add(Ha1.SCHEME + one.realm()));
    return kinds;
  }

  boolean isEmpty() {
    return bcrypt.isEmpty() && scram.isEmpty() && digests.isEmpty();
  }

  /** Writes them as words. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    bcrypt.ifPresent(one -> words.add(one.text()));
    scram.forEach(one -> words.add(one.text()));
    digests.forEach(one -> words.add(Ha1.text(one)));
    return words;
  }

  private Optional<ScramVerifier> scram(ScramHash hash) {
    return scram.stream().filter(one -> one.hash() == hash).findFirst();
  }
}

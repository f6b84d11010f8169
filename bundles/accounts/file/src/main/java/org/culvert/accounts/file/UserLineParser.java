package org.culvert.accounts.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.DigestSecret;

/**
 * Reads one line: {@code user = words}, where the words are settings, verifiers in the form <code>
 * {SCHEME}text</code>, and a password in clear: a word that is neither, alone among the verifiers,
 * or {@code password:} and the rest of the line.
 */
final class UserLineParser {
  /** The longest line in octets. */
  static final int MAX_LENGTH = 4096;

  /** The longest user name in characters. */
  static final int MAX_NAME = 64;

  /** The most mechanisms that a user's policy names. */
  static final int MAX_MECHANISMS = 16;

  /** The most groups that a user is in. */
  static final int MAX_GROUPS = 16;

  private static final String MECHANISM = "[A-Za-z0-9_-]{1,20}";
  private static final String GROUP = "[A-Za-z0-9._-]{1,32}";

  /** What some editors write in front of a file in UTF-8. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private static final String ANEW = "write the password anew, as password:THE PASSWORD";

  private final String name;
  private String rest;
  private boolean disabled;
  private boolean digest;
  private boolean tlsOnly;
  private boolean outdated;
  private final Set<String> mechanisms = new HashSet<>();
  private final Set<String> groups = new HashSet<>();
  private Optional<Duration> lifetime = Optional.empty();
  private Optional<Instant> since = Optional.empty();
  private Optional<BcryptVerifier> bcrypt = Optional.empty();
  private final List<ScramVerifier> scram = new ArrayList<>();
  private final List<DigestSecret> digests = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  private UserLineParser(String name, String words) {
    this.name = name;
    this.rest = words;
  }

  /** Reads a line that has an octet in each character. */
  static UserLine parse(String octets) {
    if (octets.length() > MAX_LENGTH) {
      return nameless("is longer than " + MAX_LENGTH + " octets", "shorten it");
    }
    String line;
    try {
      line =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
              .toString();
    } catch (CharacterCodingException e) {
      return new UserLine.Broken(Optional.empty(), "is not UTF-8", "save the file as UTF-8", true);
    }
    line = (line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line).strip();
    if (line.isEmpty() || line.startsWith("#")) {
      return new UserLine.Other();
    }
    int equals = line.indexOf('=');
    if (equals < 0) {
      return nameless("has no equals sign", "write USER = PASSWORD");
    }
    String name = line.substring(0, equals).strip();
    if (!isName(name)) {
      return nameless(
          "has no user name in front of the equals sign",
          "write 1 to " + MAX_NAME + " characters without spaces, controls and #");
    }
    if (line.indexOf('\0') >= 0) {
      return new UserLine.Broken(Optional.of(name), "has zeros in it", ANEW, true);
    }
    return new UserLineParser(name, line.substring(equals + 1).strip()).parseWords();
  }

  /** Tells whether a user of this name can stand in the file. */
  static boolean isName(String name) {
    int length = name.codePointCount(0, name.length());
    return length >= 1
        && length <= MAX_NAME
        && name.codePoints()
            .noneMatch(
                c ->
                    c == '#'
                        || c == '='
                        || Character.isISOControl(c)
                        || Character.isSpaceChar(c)
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.SURROGATE);
  }

  /** Tells whether these mechanisms can stand in the file. */
  static boolean areMechanisms(Set<String> names) {
    return names.size() <= MAX_MECHANISMS && names.stream().allMatch(n -> n.matches(MECHANISM));
  }

  /** Tells whether these groups can stand in the file. */
  static boolean areGroups(Set<String> names) {
    return names.size() <= MAX_GROUPS && names.stream().allMatch(n -> n.matches(GROUP));
  }

  private UserLine parseWords() {
    while (!rest.isEmpty()) {
      if (rest.startsWith(UserEntry.CLEAR)) {
        return clear(rest.substring(UserEntry.CLEAR.length()).strip());
      }
      String word = rest.split("\\s+", 2)[0];
      rest = rest.substring(word.length()).strip();
      if (isSetting(word)) {
        continue;
      }
      if (!word.startsWith("{")) {
        Optional<MistakenWord> mistaken = MistakenWord.of(word);
        if (mistaken.isPresent()) {
          return broken(mistaken.get().reason(), mistaken.get().remedy());
        }
        return rest.isEmpty() && !hasVerifiers()
            ? clear(word)
            : broken(
                "has words that are not understood",
                "write a password with spaces, or a new one beside verifiers, as"
                    + " password:THE PASSWORD");
      }
      Optional<UserLine> refusal = verifier(word);
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    UserEntry entry = entry(new Verifiers(bcrypt, scram, digests), unknown);
    Optional<UserLine> fault = settingsFault();
    if (fault.isPresent()) {
      return fault.get();
    }
    return entry.verifiers().isEmpty() && Verifiers.wantsPassword(entry.settings().policy())
        ? broken("has neither a password nor a verifier of a known kind", ANEW)
        : new UserLine.Kept(entry, outdated);
  }

  private boolean isSetting(String word) {
    if (word.startsWith(UserEntry.MECHANISMS)) {
      mechanisms.addAll(
          List.of(
              word.substring(UserEntry.MECHANISMS.length())
                  .toUpperCase(Locale.ROOT)
                  .split(",", -1)));
      return true;
    }
    if (word.startsWith(UserEntry.GROUPS)) {
      groups.addAll(List.of(word.substring(UserEntry.GROUPS.length()).split(",", -1)));
      return true;
    }
    if (word.startsWith(UserEntry.LIFETIME)) {
      lifetime = Optional.of(Lifetime.of(word.substring(UserEntry.LIFETIME.length())));
      return true;
    }
    if (word.startsWith(UserEntry.SINCE)) {
      try {
        since = Optional.of(Instant.parse(word.substring(UserEntry.SINCE.length())));
        return true;
      } catch (DateTimeParseException e) {
        return false;
      }
    }
    switch (word) {
      case UserEntry.DISABLED -> disabled = true;
      case UserEntry.DIGEST -> digest = true;
      case UserEntry.TLS_ONLY -> tlsOnly = true;
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Takes a verifier; returns something only if it has to be refused. */
  private Optional<UserLine> verifier(String word) {
    String scheme = word.substring(0, word.indexOf('}') + 1);
    if (scheme.isEmpty()) {
      return malformed("{");
    }
    if (scheme.equals(BcryptVerifier.SCHEME)) {
      if (bcrypt.isPresent()) {
        return twice();
      }
      bcrypt = BcryptVerifier.parse(word);
      return bcrypt.isPresent() ? Optional.empty() : malformed(scheme);
    }
    if (scheme.equals(Ha1.SCHEME)) {
      Optional<DigestSecret> secret = Ha1.parse(word);
      secret.ifPresent(digests::add);
      return secret.isPresent() ? Optional.empty() : malformed(scheme);
    }
    boolean old = scheme.equals(Pbkdf2.SCHEME);
    if (!old && ScramHash.of(scheme.replaceAll("[{}]", "")).isEmpty()) {
      unknown.add(word);
      return Optional.empty();
    }
    outdated |= old;
    Optional<ScramVerifier> keys = old ? Pbkdf2.parse(word) : ScramVerifier.parse(word);
    if (keys.isEmpty()) {
      return malformed(scheme);
    }
    if (scram.stream().anyMatch(one -> one.hash() == keys.get().hash())) {
      return twice();
    }
    scram.add(keys.get());
    return Optional.empty();
  }

  private UserLine clear(String password) {
    Optional<String> fault = Password.fault(password.toCharArray());
    if (fault.isPresent()) {
      return broken("has a password that " + fault.get(), "choose another password");
    }
    return settingsFault()
        .orElseGet(() -> new UserLine.Clear(entry(Verifiers.NONE, List.of()), password));
  }

  private Optional<UserLine> settingsFault() {
    if (!areMechanisms(mechanisms)) {
      return Optional.of(
          broken(
              "has mechanisms that are none", "write names, as in mechanisms:SCRAM-SHA-256,PLAIN"));
    }
    if (!Lifetime.fits(lifetime)) {
      return Optional.of(
          broken(
              "has a lifetime that cannot be",
              "write minutes, 1 to " + Lifetime.MAX_MINUTES + ", as in lifetime:60"));
    }
    return areGroups(groups)
        ? Optional.empty()
        : Optional.of(
            broken(
                "has groups that cannot be",
                "write up to "
                    + MAX_GROUPS
                    + " names of letters, digits, dots, hyphens and underscores, as in"
                    + " groups:home,business"));
  }

  /** A user whose line has what DIGEST-MD5 needs was meant to use it, before there was a word. */
  private UserEntry entry(Verifiers verifiers, List<String> others) {
    AccountPolicy policy = new AccountPolicy(mechanisms, tlsOnly);
    AccountSettings settings =
        new AccountSettings(!disabled, digest || !digests.isEmpty(), policy, groups, lifetime);
    return new UserEntry(name, settings, since, verifiers, others);
  }

  private boolean hasVerifiers() {
    return bcrypt.isPresent() || !scram.isEmpty() || !digests.isEmpty() || !unknown.isEmpty();
  }

  private Optional<UserLine> malformed(String scheme) {
    return Optional.of(
        new UserLine.Broken(
            Optional.of(name), "has a malformed " + scheme + " verifier", ANEW, true));
  }

  private Optional<UserLine> twice() {
    return Optional.of(broken("has two verifiers of one kind", "remove one of them"));
  }

  private UserLine broken(String reason, String remedy) {
    return new UserLine.Broken(Optional.of(name), reason, remedy, false);
  }

  private static UserLine nameless(String reason, String remedy) {
    return new UserLine.Broken(Optional.empty(), reason, remedy, false);
  }
}

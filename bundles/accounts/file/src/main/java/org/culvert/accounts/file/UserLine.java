package org.culvert.accounts.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.account.DigestSecret;

/**
 * One line of the file: {@code user = words}, where the words are {@code disabled}, verifiers in
 * the form <code>{SCHEME}text</code>, and {@code password:} with the rest of the line.
 */
sealed interface UserLine {
  /** The longest line in octets. */
  int MAX_LENGTH = 4096;

  /** The longest user name in characters. */
  int MAX_NAME = 64;

  String DISABLED = "disabled";
  String CLEAR = "password:";

  /** Nothing to read: a comment, or no text at all. */
  record Other() implements UserLine {}

  /**
   * Not a user.
   *
   * @param reason what the line does wrong, as a verb and what follows; nothing of its content
   */
  record Broken(String reason) implements UserLine {}

  /**
   * A user with verifiers.
   *
   * @param name the user
   * @param disabled whether the user is locked out
   * @param password verifies a password
   * @param digests what DIGEST-MD5 needs, for one realm each
   */
  record Hashed(
      String name, boolean disabled, Optional<Pbkdf2Verifier> password, List<DigestSecret> digests)
      implements UserLine {

    public Hashed {
      digests = List.copyOf(digests);
    }

    /** Writes the line, with an octet in each character. */
    String octets() {
      StringBuilder line = new StringBuilder(name).append(" =");
      if (disabled) {
        line.append(' ').append(DISABLED);
      }
      password.ifPresent(verifier -> line.append(' ').append(verifier.text()));
      digests.forEach(secret -> line.append(' ').append(Ha1.text(secret)));
      return new String(
          line.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * A user whose password was written in clear.
   *
   * @param name the user
   * @param disabled whether the user is locked out
   * @param password the password
   */
  record Clear(String name, boolean disabled, String password) implements UserLine {

    /** Hashes the password. */
    Hashed hashed(Settings settings) {
      return new Hashed(
          name,
          disabled,
          Optional.of(Pbkdf2Verifier.of(password.toCharArray(), settings.iterations())),
          settings.digestMd5() ? List.of(Ha1.of(name, settings.realm(), password)) : List.of());
    }

    /** Masks the password. */
    @Override
    public String toString() {
      return "Clear[" + name + "]";
    }
  }

  /** Reads a line that has an octet in each character. */
  static UserLine parse(String octets) {
    if (octets.length() > MAX_LENGTH) {
      return new Broken("is longer than " + MAX_LENGTH + " octets");
    }
    String line;
    try {
      line =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
              .toString()
              .strip();
    } catch (CharacterCodingException e) {
      return new Broken("is not UTF-8");
    }
    if (line.isEmpty() || line.startsWith("#")) {
      return new Other();
    }
    int equals = line.indexOf('=');
    if (equals < 0) {
      return new Broken("has no equals sign");
    }
    String name = line.substring(0, equals).strip();
    if (!isName(name)) {
      return new Broken(
          "has no user name of 1 to " + MAX_NAME + " characters without spaces, controls and #");
    }
    return parseWords(name, line.substring(equals + 1).strip());
  }

  private static UserLine parseWords(String name, String words) {
    boolean disabled = false;
    Optional<Pbkdf2Verifier> verifier = Optional.empty();
    List<DigestSecret> digests = new ArrayList<>();
    String rest = words;
    boolean first = true;
    while (!rest.isEmpty()) {
      if (rest.startsWith(CLEAR)) {
        return clear(name, disabled, rest.substring(CLEAR.length()).strip());
      }
      String word = rest.split("\\s+", 2)[0];
      rest = rest.substring(word.length()).strip();
      if (word.equals(DISABLED)) {
        disabled = true;
        continue;
      }
      if (!word.startsWith("{")) {
        return first && rest.isEmpty()
            ? clear(name, disabled, word)
            : new Broken("has words too many; a password with spaces is written " + CLEAR);
      }
      first = false;
      if (word.startsWith(Pbkdf2Verifier.SCHEME)) {
        if (verifier.isPresent()) {
          return new Broken("has two verifiers of one kind");
        }
        verifier = Pbkdf2Verifier.parse(word);
        if (verifier.isEmpty()) {
          return new Broken("has a malformed " + Pbkdf2Verifier.SCHEME + " verifier");
        }
      } else if (word.startsWith(Ha1.SCHEME)) {
        Optional<DigestSecret> secret = Ha1.parse(word);
        if (secret.isEmpty()) {
          return new Broken("has a malformed " + Ha1.SCHEME + " verifier");
        }
        digests.add(secret.get());
      }
    }
    if (verifier.isEmpty() && digests.isEmpty()) {
      return new Broken("has neither a password nor a verifier of a known kind");
    }
    return new Hashed(name, disabled, verifier, digests);
  }

  private static UserLine clear(String name, boolean disabled, String password) {
    if (password.isEmpty()) {
      return new Broken("has an empty password");
    }
    if (password.getBytes(StandardCharsets.UTF_8).length > 255
        || password.chars().anyMatch(Character::isISOControl)) {
      return new Broken("has a password over 255 octets, or with control characters");
    }
    return new Clear(name, disabled, password);
  }

  private static boolean isName(String name) {
    int length = name.codePointCount(0, name.length());
    return length >= 1
        && length <= MAX_NAME
        && name.codePoints()
            .noneMatch(
                c ->
                    c == '#'
                        || Character.isISOControl(c)
                        || Character.isSpaceChar(c)
                        || Character.getType(c) == Character.FORMAT);
  }
}

package org.culvert.accounts.file;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.DataLengthException;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.culvert.api.account.PasswordCheck;

/**
 * Verifies a password by bcrypt, in the form that other servers write too: <code>
 * {BLF-CRYPT}$2b$cost$salt-and-hash</code>. A check needs 4 KB of memory, whatever the cost.
 *
 * <p>bcrypt looks at 72 octets. Longer passwords get no such verifier and pass none: two that begin
 * alike would pass for one another.
 */
final class BcryptVerifier implements PasswordCheck {
  static final String SCHEME = "{BLF-CRYPT}";
  static final int MIN_COST = 4;

  /** The longest password in octets that is looked at whole. */
  static final int MAX_OCTETS = 72;

  private static final Pattern TEXT =
      Pattern.compile(Pattern.quote(SCHEME) + "(\\$2[aby]\\$(\\d{2})\\$[./A-Za-z0-9]{53})");

  private final String hash;
  private final PasswordCheck remembered = new Remembered(this::verify);

  private BcryptVerifier(String hash) {
    this.hash = hash;
  }

  /** Hashes a prepared password, which takes a while; empty if it is too long. */
  static Optional<BcryptVerifier> of(char[] prepared, int cost) {
    byte[] octets = Password.octets(prepared);
    try {
      return octets.length > MAX_OCTETS
          ? Optional.empty()
          : Optional.of(
              new BcryptVerifier(OpenBSDBCrypt.generate("2b", octets, Salts.random(16), cost)));
    } finally {
      Arrays.fill(octets, (byte) 0);
    }
  }

  /** Returns a verifier that no password passes, but which does its work. */
  static PasswordCheck ofNobody(int cost) {
    String hash = OpenBSDBCrypt.generate("2b", Salts.random(24), Salts.random(16), cost);
    BcryptVerifier verifier = new BcryptVerifier(hash);
    return password -> {
      verifier.matches(password);
      return false;
    };
  }

  /** Reads a verifier; empty if it is malformed or asks for more work than anyone would set. */
  static Optional<BcryptVerifier> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int cost = Integer.parseInt(matcher.group(2));
    return cost < MIN_COST || cost > Settings.MAX_BCRYPT_COST
        ? Optional.empty()
        : Optional.of(new BcryptVerifier(matcher.group(1)));
  }

  /** Writes the verifier. */
  String text() {
    return SCHEME + hash;
  }

  @Override
  public boolean matches(char[] password) {
    return remembered.matches(password);
  }

  /** Takes the same time for a password that could never pass. */
  private boolean verify(char[] password) {
    Optional<char[]> prepared = Password.query(password);
    byte[] octets = prepared.map(Password::octets).orElse(new byte[0]);
    prepared.ifPresent(p -> Arrays.fill(p, '\0'));
    byte[] seen = Arrays.copyOf(octets, Math.min(octets.length, MAX_OCTETS));
    try {
      return OpenBSDBCrypt.checkPassword(hash, seen)
          && prepared.isPresent()
          && octets.length <= MAX_OCTETS;
    } catch (DataLengthException e) {
      return false;
    } finally {
      Arrays.fill(octets, (byte) 0);
      Arrays.fill(seen, (byte) 0);
    }
  }

  /** Masks salt and hash. */
  @Override
  public String toString() {
    return SCHEME;
  }
}

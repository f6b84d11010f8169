package org.culvert.accounts.file;

import com.ongres.saslprep.SASLprep;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What passwords may look like, and the one form of each that is hashed (SASLprep, RFC 4013). */
final class Password {
  /** The longest password in octets; the mechanisms' own limits are not lower. */
  static final int MAX_OCTETS = 255;

  private static final SASLprep SASLPREP = new SASLprep();

  private Password() {}

  /** Returns what is wrong with a new password, as a verb and what follows; nothing of it. */
  static Optional<String> fault(char[] password) {
    if (password.length == 0) {
      return Optional.of("is empty");
    }
    byte[] octets = octets(password);
    boolean tooLong = octets.length > MAX_OCTETS;
    Arrays.fill(octets, (byte) 0);
    if (tooLong) {
      return Optional.of("is longer than " + MAX_OCTETS + " octets");
    }
    Optional<char[]> prepared = stored(password);
    boolean usable = prepared.isPresent() && prepared.get().length > 0;
    prepared.ifPresent(p -> Arrays.fill(p, '\0'));
    return usable
        ? Optional.empty()
        : Optional.of("has control or other characters that SASLprep (RFC 4013) forbids");
  }

  /** Prepares a password that is to be kept; empty if it has characters that are forbidden. */
  static Optional<char[]> stored(char[] password) {
    return prepared(password, SASLPREP::prepareStored);
  }

  /** Prepares a password that somebody logs in with; empty if it is none that could be kept. */
  static Optional<char[]> query(char[] password) {
    return prepared(password, SASLPREP::prepareQuery);
  }

  private static Optional<char[]> prepared(char[] password, UnaryOperator<char[]> profile) {
    try {
      return Optional.of(profile.apply(password.clone()));
    } catch (IllegalArgumentException e) {
      // Its message may quote the password.
      return Optional.empty();
    } catch (IndexOutOfBoundsException e) {
      // The library stumbles where nothing is left: over a soft hyphen alone, for example.
      return Optional.empty();
    }
  }

  /** Tells whether a user's name is in the form that mechanisms look up. */
  static boolean isPrepared(String user) {
    try {
      return SASLPREP.prepareStored(user).equals(user);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  /** Returns the octets in UTF-8; the caller clears them. */
  static byte[] octets(char[] password) {
    ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
    byte[] octets = new byte[encoded.remaining()];
    encoded.get(octets);
    Arrays.fill(encoded.array(), (byte) 0);
    return octets;
  }
}

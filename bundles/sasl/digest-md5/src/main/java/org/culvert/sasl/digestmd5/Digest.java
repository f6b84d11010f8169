package org.culvert.sasl.digestmd5;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Computes the two values that prove knowledge of the secret (RFC 2831 section 2.1.2.1), for {@code
 * md5-sess} and {@code auth}.
 *
 * <p>Text arguments hold octets, one in each character.
 */
final class Digest {
  /** The only nonce count there can be, as no nonce serves twice. */
  static final String NONCE_COUNT = "00000001";

  static final String QOP = "auth";

  private final byte[] sessionKey;
  private final String nonce;
  private final String cnonce;
  private final String digestUri;

  private Digest(byte[] sessionKey, String nonce, String cnonce, String digestUri) {
    this.sessionKey = sessionKey;
    this.nonce = nonce;
    this.cnonce = cnonce;
    this.digestUri = digestUri;
  }

  /**
   * Prepares one exchange.
   *
   * @param secret H(user:realm:password), which is not kept
   * @param authorizationId empty where the message has none
   */
  static Digest of(
      byte[] secret, String nonce, String cnonce, String authorizationId, String digestUri) {
    MessageDigest a1 = md5();
    a1.update(secret);
    a1.update(octets(":" + nonce + ":" + cnonce));
    if (!authorizationId.isEmpty()) {
      a1.update(octets(":" + authorizationId));
    }
    return new Digest(a1.digest(), nonce, cnonce, digestUri);
  }

  /**
   * Prepares the exchange of a client that takes A1 for a C string: it hashes what stands before
   * the first zero octet of the secret. Without a zero octet in it, such a client is right.
   */
  static Digest cutAtZeroOctet(
      byte[] secret, String nonce, String cnonce, String authorizationId, String digestUri) {
    for (int i = 0; i < secret.length; i++) {
      if (secret[i] == 0) {
        return new Digest(md5().digest(Arrays.copyOf(secret, i)), nonce, cnonce, digestUri);
      }
    }
    return of(secret, nonce, cnonce, authorizationId, digestUri);
  }

  /** Returns H(user:realm:password); the texts hold octets already. */
  static byte[] secret(String user, String realm, byte[] password) {
    MessageDigest md5 = md5();
    md5.update(octets(user + ":" + realm + ":"));
    return md5.digest(password);
  }

  /** Returns the client's proof in hexadecimal. */
  String response() {
    return proof("AUTHENTICATE:" + digestUri);
  }

  /** Returns the server's proof in hexadecimal. */
  String responseAuth() {
    return proof(":" + digestUri);
  }

  private String proof(String a2) {
    return hex(
        octets(
            String.join(
                ":",
                HexFormat.of().formatHex(sessionKey),
                nonce,
                NONCE_COUNT,
                cnonce,
                QOP,
                hex(octets(a2)))));
  }

  private static String hex(byte[] input) {
    return HexFormat.of().formatHex(md5().digest(input));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}

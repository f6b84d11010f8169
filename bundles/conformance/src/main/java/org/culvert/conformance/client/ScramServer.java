package org.culvert.conformance.client;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** A server's half of SCRAM-SHA-256 (RFC 5802, RFC 7677), right or wrong in any part. */
final class ScramServer {
  private static final String HMAC = "HmacSHA256";
  private static final String SALT = "0123456789abcdef";
  private static final int BITS = 256;

  private final String user;
  private final String password;
  private String clientBare = "";
  private String challenge = "";
  private String proof = "";

  ScramServer(String user, String password) {
    this.user = user;
    this.password = password;
  }

  /** Takes the client's first message. */
  void first(String line) throws Unmet {
    String text = Base64Text.decode(line);
    if (!text.matches("[ny],[^,]*,n=[^,]+,r=[!-+\\--~]{12,}.*")) {
      throw Unmet.violation("not a first message of SCRAM: " + Words.shown(text));
    }
    clientBare = text.replaceFirst("^[ny],[^,]*,", "");
    String name = Base64Text.pairs(clientBare).getOrDefault("n", "");
    if (!name.equals(user)) {
      throw Unmet.violation("SCRAM's user is " + name + ", not " + user);
    }
  }

  /**
   * Makes the first message of the server's.
   *
   * @param words {@code stranger} (a nonce that does not go on with the client's), {@code
   *     iterations=1}
   */
  String challenge(String words) {
    Map<String, String> with = Base64Text.changes(words);
    String nonce = Base64Text.pairs(clientBare).getOrDefault("r", "");
    challenge =
        "r="
            + (with.containsKey("stranger") ? "stranger" : nonce)
            + "3rfcNHYJY1ZVvWVs7j"
            + ",s="
            + Base64Text.encode(SALT)
            + ",i="
            + with.getOrDefault("iterations", "4096");
    return Base64Text.encode(challenge);
  }

  /** Checks the client's last message. */
  void last(String line) throws Unmet {
    String text = Base64Text.decode(line);
    int cut = text.lastIndexOf(",p=");
    if (cut < 0) {
      throw Unmet.violation("SCRAM's last message has no proof");
    }
    String open = text.substring(0, cut);
    String nonce = Base64Text.pairs(challenge).getOrDefault("r", "");
    if (!nonce.equals(Base64Text.pairs(open).get("r"))) {
      throw Unmet.violation("SCRAM's last message has another nonce");
    }
    int iterations = Integer.parseInt(Base64Text.pairs(challenge).getOrDefault("i", "1"));
    String all = clientBare + "," + challenge + "," + open;
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(
                  new PBEKeySpec(
                      password.toCharArray(),
                      SALT.getBytes(StandardCharsets.US_ASCII),
                      iterations,
                      BITS))
              .getEncoded();
      byte[] clientKey = hmac(salted, "Client Key");
      byte[] expected = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), all);
      for (int i = 0; i < expected.length; i++) {
        expected[i] ^= clientKey[i];
      }
      if (!Arrays.equals(expected, Words.octets(Base64Text.decode(text.substring(cut + 3))))) {
        throw Unmet.violation("SCRAM's proof is wrong");
      }
      proof = Words.latin(hmac(hmac(salted, "Server Key"), all));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Returns the message that proves the server, in base64; {@code wrong}: one that does not. */
  String proof(String words) {
    String signature = words.equals("wrong") ? "\0".repeat(BITS / Byte.SIZE) : proof;
    return Base64Text.encode("v=" + Base64Text.encode(signature));
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(HMAC);
    mac.init(new SecretKeySpec(key, HMAC));
    return mac.doFinal(Words.octets(text));
  }
}

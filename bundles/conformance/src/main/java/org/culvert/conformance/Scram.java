package org.culvert.conformance;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** A client's half of SCRAM (RFC 5802) without channel binding, right or wrong in any part. */
final class Scram {
  private static final int BITS_PER_OCTET = 8;

  private final String user;
  private final String password;
  private String hash = "SHA-256";
  private String bare = "";
  private String challenge = "";
  private String proof = "";

  Scram(String user, String password) {
    this.user = user;
    this.password = password;
  }

  /** Reads a line as the server's first message; another line changes nothing. */
  void hear(String line) {
    try {
      String decoded = new String(Base64.getDecoder().decode(line.strip()), StandardCharsets.UTF_8);
      if (decoded.startsWith("r=")) {
        challenge = decoded;
      }
    } catch (IllegalArgumentException e) {
      // Another line of the dialogue.
    }
  }

  /**
   * Makes the first message.
   *
   * @param changes {@code hash=SHA-1}, {@code user=x}, {@code gs2=y,,}
   */
  String first(String changes) {
    Map<String, String> with = words(changes);
    hash = with.getOrDefault("hash", hash);
    bare = "n=" + with.getOrDefault("user", user) + ",r=fyko+d2lbbFgONRv9qkxdawL";
    return base64(with.getOrDefault("gs2", "n,,") + bare);
  }

  /**
   * Makes the last message.
   *
   * @param changes {@code password=x}, {@code nonce=x}, {@code proof=x}, {@code binding=x}
   */
  String last(String changes) {
    Map<String, String> with = words(changes);
    Map<String, String> parts = new HashMap<>();
    for (String part : challenge.split(",", -1)) {
      String[] pair = part.split("=", 2);
      parts.put(pair[0], pair.length == 2 ? pair[1] : "");
    }
    String open =
        "c="
            + with.getOrDefault("binding", base64("n,,"))
            + ",r="
            + with.getOrDefault("nonce", parts.getOrDefault("r", ""));
    String all = bare + "," + challenge + "," + open;
    try {
      byte[] salted =
          salted(
              with.getOrDefault("password", password),
              Base64.getDecoder().decode(parts.getOrDefault("s", "")),
              Integer.parseInt(parts.getOrDefault("i", "1")));
      byte[] clientKey = hmac(salted, "Client Key");
      byte[] signature = hmac(MessageDigest.getInstance(hash).digest(clientKey), all);
      for (int i = 0; i < clientKey.length; i++) {
        signature[i] ^= clientKey[i];
      }
      proof = base64("v=" + base64(hmac(hmac(salted, "Server Key"), all)));
      return base64(open + ",p=" + with.getOrDefault("proof", base64(signature)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + hash, e);
    }
  }

  /** Returns the message by which a server proves that it knows the user's key. */
  String serverProof() {
    return proof;
  }

  private byte[] salted(String secret, byte[] salt, int iterations)
      throws GeneralSecurityException {
    String digest = hash.replace("-", "");
    int bits = MessageDigest.getInstance(hash).getDigestLength() * BITS_PER_OCTET;
    return SecretKeyFactory.getInstance("PBKDF2WithHmac" + digest)
        .generateSecret(new PBEKeySpec(secret.toCharArray(), salt, iterations, bits))
        .getEncoded();
  }

  private byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    String algorithm = "Hmac" + hash.replace("-", "");
    Mac mac = Mac.getInstance(algorithm);
    mac.init(new SecretKeySpec(key, algorithm));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, String> words(String changes) {
    Map<String, String> with = new HashMap<>();
    for (String word : changes.strip().split(" +", -1)) {
      String[] parts = word.split("=", 2);
      with.put(parts[0], parts.length == 2 ? parts[1] : "");
    }
    return with;
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }
}

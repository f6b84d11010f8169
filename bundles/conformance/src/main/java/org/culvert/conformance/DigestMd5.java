package org.culvert.conformance;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** A client's half of DIGEST-MD5 (RFC 2831), right or wrong in any part. */
final class DigestMd5 {
  private final String user;
  private final String password;
  private Map<String, String> challenge = Map.of();
  private String expected = "";

  DigestMd5(String user, String password) {
    this.user = user;
    this.password = password;
  }

  /** Reads a line as a challenge; another line changes nothing. */
  void hear(String line) {
    try {
      String decoded = Text.latin(Base64.getDecoder().decode(line.strip()));
      if (decoded.contains("nonce=")) {
        challenge = directives(decoded);
      }
    } catch (IllegalArgumentException e) {
      // Another line of the dialogue.
    }
  }

  /** Splits {@code name=value} pairs, quoted or not. */
  static Map<String, String> directives(String text) {
    Map<String, String> found = new LinkedHashMap<>();
    int at = 0;
    while (at < text.length()) {
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        break;
      }
      String name = text.substring(at, equals).strip();
      int end;
      String value;
      if (equals + 1 < text.length() && text.charAt(equals + 1) == '"') {
        int quote = text.indexOf('"', equals + 2);
        quote = quote < 0 ? text.length() : quote;
        value = text.substring(equals + 2, quote);
        end = text.indexOf(',', quote);
      } else {
        end = text.indexOf(',', equals);
        value = text.substring(equals + 1, end < 0 ? text.length() : end).strip();
      }
      found.put(name, value);
      at = end < 0 ? text.length() : end + 1;
    }
    return found;
  }

  /**
   * Makes a response to the challenge heard last, as old clients write it.
   *
   * @param changes words such as {@code password=x}, {@code nc=00000002}, {@code drop=cnonce};
   *     {@code cut} computes as clients with the zero-octet defect do
   * @return in base64
   */
  String response(String changes) {
    Map<String, String> with = new HashMap<>();
    for (String word : changes.strip().split(" +", -1)) {
      String[] parts = word.split("=", 2);
      with.put(parts[0], parts.length == 2 ? parts[1] : "");
    }
    String name = with.getOrDefault("user", user);
    String realm = with.getOrDefault("realm", challenge.getOrDefault("realm", ""));
    String nonce = with.getOrDefault("nonce", challenge.getOrDefault("nonce", ""));
    String cnonce = with.getOrDefault("cnonce", "1795476675");
    String count = with.getOrDefault("nc", "00000001");
    String uri = with.getOrDefault("uri", "tsp/broker.example");
    String qop = with.getOrDefault("qop", "auth");
    byte[] secret = md5(name + ":" + realm + ":" + with.getOrDefault("password", password));
    String a1 = ":" + nonce + ":" + cnonce;
    byte[] h1 =
        with.containsKey("cut") ? md5(upToZero(secret)) : md5(join(secret, Text.octets(a1)));
    String middle = ":" + nonce + ":" + count + ":" + cnonce + ":" + qop + ":";
    String answer = hex(md5(hex(h1) + middle + hex(md5("AUTHENTICATE:" + uri))));
    expected = hex(md5(hex(h1) + middle + hex(md5(":" + uri))));

    Map<String, String> directives = new LinkedHashMap<>();
    directives.put(
        "charset", with.getOrDefault("charset", challenge.getOrDefault("charset", "utf-8")));
    directives.put("username", quoted(name));
    directives.put("realm", quoted(realm));
    directives.put("nonce", quoted(nonce));
    directives.put("nc", count);
    directives.put("cnonce", quoted(cnonce));
    directives.put("digest-uri", quoted(uri));
    directives.put("response", with.getOrDefault("response", answer));
    directives.put("qop", qop);
    if (with.containsKey("authzid")) {
      directives.put("authzid", quoted(with.getOrDefault("authzid", "")));
    }
    directives.remove(with.getOrDefault("drop", ""));
    StringBuilder text = new StringBuilder();
    directives.forEach((key, value) -> text.append(',').append(key).append('=').append(value));
    return base64(text.substring(1));
  }

  /** Returns a part of the challenge heard last; empty if it has none of this name. */
  String challenge(String name) {
    return challenge.getOrDefault(name, "");
  }

  /** Returns the message, in base64, by which a server proves that it knows the password too. */
  String serverProof() {
    return base64("rspauth=" + expected);
  }

  /** Tells that a challenge was heard, and that old clients would use the whole secret for it. */
  boolean lacksZeroOctet() {
    byte[] secret = md5(user + ":" + challenge.getOrDefault("realm", "") + ":" + password);
    return !challenge.isEmpty() && upToZero(secret).length == secret.length;
  }

  private static byte[] upToZero(byte[] secret) {
    int end = 0;
    while (end < secret.length && secret[end] != 0) {
      end++;
    }
    return Arrays.copyOf(secret, end);
  }

  private static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] join(byte[] one, byte[] two) {
    byte[] joined = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, joined, one.length, two.length);
    return joined;
  }

  private static byte[] md5(String text) {
    return md5(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] md5(byte[] octets) {
    try {
      return MessageDigest.getInstance("MD5").digest(octets);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}

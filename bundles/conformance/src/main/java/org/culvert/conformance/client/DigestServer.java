package org.culvert.conformance.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A server's half of DIGEST-MD5 (RFC 2831), right or wrong in any part. */
final class DigestServer {
  private static final List<String> NEEDED =
      List.of("username", "nonce", "cnonce", "nc", "digest-uri", "response");

  private final String user;
  private final String password;
  private Map<String, String> challenge = Map.of();
  private String proof = "";
  private int challenges;

  DigestServer(String user, String password) {
    this.user = user;
    this.password = password;
  }

  /**
   * Makes a challenge.
   *
   * @param words {@code realm=x}, {@code drop=charset}, {@code space} (after commas), {@code bare}
   *     (no quotes)
   * @return in base64
   */
  String challenge(String words) {
    Map<String, String> with = Base64Text.changes(words);
    Map<String, String> directives = new LinkedHashMap<>();
    challenges++;
    directives.put("realm", "example.org");
    directives.put("nonce", "8f6d1c0a" + challenges);
    directives.put("qop", "auth");
    directives.put("algorithm", "md5-sess");
    directives.put("charset", "utf-8");
    directives.replaceAll((name, value) -> with.getOrDefault(name, value));
    directives.remove(with.getOrDefault("drop", ""));
    challenge = Map.copyOf(directives);
    StringBuilder text = new StringBuilder();
    directives.forEach(
        (name, value) -> {
          boolean quoted =
              List.of("realm", "nonce", "qop").contains(name) && !with.containsKey("bare");
          text.append(text.length() == 0 ? "" : with.containsKey("space") ? ", " : ",");
          text.append(name).append('=').append(quoted ? '"' + value + '"' : value);
        });
    return Base64Text.encode(text.toString());
  }

  /**
   * Checks a response.
   *
   * @param line in base64
   */
  void check(String line) throws Unmet {
    Map<String, String> response = Base64Text.pairs(Base64Text.decode(line));
    for (String name : NEEDED) {
      if (!response.containsKey(name)) {
        throw Unmet.violation("the digest response has no " + name + ": " + response.keySet());
      }
    }
    same(response, "username", user);
    same(response, "nonce", challenge.getOrDefault("nonce", ""));
    if (challenge.containsKey("realm")) {
      same(response, "realm", challenge.getOrDefault("realm", ""));
    }
    same(response, "nc", "00000001");
    same(response, "qop", "auth");
    String uri = response.getOrDefault("digest-uri", "");
    if (!uri.startsWith("tsp/")) {
      throw Unmet.violation("the digest-uri is " + uri + ", not one of the service tsp");
    }
    String tail = ":" + response.get("nonce") + ":" + response.get("cnonce");
    String h1 =
        hex(
            md5(
                Words.latin(md5(user + ":" + response.getOrDefault("realm", "") + ":" + password))
                    + tail));
    String middle =
        h1 + ":" + response.get("nonce") + ":00000001:" + response.get("cnonce") + ":auth:";
    String right = hex(md5(middle + hex(md5("AUTHENTICATE:" + uri))));
    if (!right.equals(response.get("response"))) {
      throw Unmet.violation("the digest response is wrong");
    }
    proof = hex(md5(middle + hex(md5(":" + uri))));
  }

  /** Returns the message that proves the server, in base64; {@code wrong}: one that does not. */
  String proof(String words) {
    return Base64Text.encode("rspauth=" + (words.equals("wrong") ? "0".repeat(32) : proof));
  }

  private static void same(Map<String, String> response, String name, String right) throws Unmet {
    String value = response.getOrDefault(name, name.equals("qop") ? "auth" : "");
    if (!value.equals(right)) {
      throw Unmet.violation("the digest response says " + name + "=" + value + ", not " + right);
    }
  }

  /** A character stands for an octet. */
  private static byte[] md5(String text) {
    try {
      return MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}

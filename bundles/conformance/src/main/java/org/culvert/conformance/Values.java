package org.culvert.conformance;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** What the placeholders of a dialogue stand for. */
final class Values {
  /** Not the address of any client that the kit runs on: a private one, as behind a NAT. */
  static final String BEHIND_NAT = "10.99.0.2";

  private final Target target;
  private final DigestMd5 digest;
  private final Scram scram;
  private final Map<String, String> saved = new HashMap<>();
  private String local = "";

  Values(Target target) {
    this.target = target;
    this.digest = new DigestMd5(target.user(), target.password());
    this.scram = new Scram(target.user(), target.password());
  }

  DigestMd5 digest() {
    return digest;
  }

  /** Takes note of a line of the server's, which may be a challenge. */
  void hear(String line) {
    digest.hear(line);
    scram.hear(line);
  }

  void local(String address) {
    local = address;
  }

  void save(String name, String value) {
    saved.put(name, value);
  }

  /**
   * Returns what a placeholder stands for.
   *
   * @throws IllegalArgumentException if there is no such thing
   */
  String of(String placeholder) {
    String[] words = placeholder.split(" ", 2);
    String rest = words.length > 1 ? words[1] : "";
    return switch (words[0]) {
      case "local" -> local;
      case "server" -> target.server().getAddress().getHostAddress().replaceAll("%.*", "");
      case "nat" -> BEHIND_NAT;
      case "user" -> target.user();
      case "password" -> target.password();
      case "plain" -> "\0" + target.user() + "\0" + target.password();
      case "digest" -> digest.response(rest);
      case "challenge" -> digest.challenge(rest);
      case "proof" -> digest.serverProof();
      case "scram-first" -> scram.first(rest);
      case "scram-last" -> scram.last(rest);
      case "scram-proof" -> scram.serverProof();
      case "base64" -> Base64.getEncoder().encodeToString(Text.octets(Text.fill(rest, this::of)));
      case "repeat" -> repeat(rest);
      default -> {
        String value = saved.get(placeholder);
        if (value == null) {
          throw new IllegalArgumentException("nothing is called ${" + placeholder + "}");
        }
        yield value;
      }
    };
  }

  private String repeat(String rest) {
    String[] words = rest.split(" ", 2);
    return Text.fill(words[1], this::of).repeat(Integer.parseInt(words[0]));
  }
}

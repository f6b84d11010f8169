package org.culvert.conformance.client;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** What the placeholders of a script stand for. For one thread. */
final class Values {
  private static final String V4V6 = "v4v6";

  private final Map<String, InetAddress> places;
  private final DigestServer digest;
  private final ScramServer scram;
  private final Map<String, String> known = new HashMap<>();

  Values(Profile profile, Map<String, InetAddress> places) {
    this.places = places;
    this.digest = new DigestServer(profile.user(), profile.password());
    this.scram = new ScramServer(profile.user(), profile.password());
    known.put("user", profile.user());
    known.put("password", profile.password());
  }

  DigestServer digest() {
    return digest;
  }

  ScramServer scram() {
    return scram;
  }

  void save(String name, String value) {
    known.put(name, value);
  }

  /** Takes note of a request, and of what a usual offer to it looks like. */
  void created(CommandView command, Line line) {
    String type = command.value("tunnel@type");
    String source = text(line.remote().getAddress());
    String main = text(places.getOrDefault(line.place(), line.remote().getAddress()));
    boolean v4v6 = type.equals(V4V6);
    String any = line.isTcp() ? "v6v4" : "v6udpv4";
    String claimed = command.value("tunnel/client/address[ipv4]");
    known.put("type", type);
    known.put("offer-type", type.equals("v6anyv4") ? any : type);
    known.put("source", source);
    known.put("main", main);
    known.put("server4", v4v6 ? "192.0.0.1" : main);
    known.put("client4", v4v6 ? "192.0.0.2" : claimed.isEmpty() ? source : claimed);
    known.put("server6", v4v6 ? main : "2001:0db8:0100:0000:0000:0000:0000:0001");
    known.put("client6", v4v6 ? source : "2001:0db8:0100:0000:0000:0000:0000:0002");
    known.put("inner", v4v6 ? "ipv4" : "ipv6");
    known.put("ping", known.getOrDefault(v4v6 ? "server4" : "server6", ""));
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
      case "challenge" -> digest.challenge(rest);
      case "rspauth" -> digest.proof(rest);
      case "scram-challenge" -> scram.challenge(rest);
      case "scram-proof" -> scram.proof(rest);
      case "base64" -> Base64Text.encode(Words.fill(rest, this::of));
      case "bare" -> Words.fill(rest, this::of).replaceAll("=+$", "");
      case "repeat" -> {
        String[] parts = rest.split(" ", 2);
        yield Words.fill(parts[1], this::of).repeat(Integer.parseInt(parts[0]));
      }
      default -> {
        InetAddress place = places.get(placeholder);
        String value = place == null ? known.get(placeholder) : text(place);
        if (value == null) {
          throw new IllegalArgumentException("nothing is called ${" + placeholder + "}");
        }
        yield value;
      }
    };
  }

  private static String text(InetAddress address) {
    return address.getHostAddress().replaceAll("%.*", "");
  }
}

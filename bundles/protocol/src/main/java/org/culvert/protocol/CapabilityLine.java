package org.culvert.protocol;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.tunnel.TunnelType;

/**
 * The CAPABILITY line (RFC 5572 section 4.4.2).
 *
 * @param tunnels the names of tunnel types, in upper case
 * @param mechanisms the names of SASL mechanisms, in upper case
 */
record CapabilityLine(List<String> tunnels, List<String> mechanisms) {
  private static final String KEYWORD = "CAPABILITY";
  private static final String TUNNEL = "TUNNEL=";
  private static final String AUTH = "AUTH=";
  private static final Pattern NAME = Pattern.compile("[A-Z0-9_-]{1,20}");

  CapabilityLine {
    tunnels = List.copyOf(tunnels);
    mechanisms = List.copyOf(mechanisms);
  }

  /**
   * Makes the line of a server. What answers a choice between types comes first, the preferred type
   * in front, as brokers in the field have it; others follow by name.
   */
  static CapabilityLine of(Collection<TunnelProfile> profiles, List<OfferedMechanism> mechanisms) {
    return new CapabilityLine(
        profiles.stream()
            .sorted(
                Comparator.comparingInt(CapabilityLine::rank).thenComparing(TunnelProfile::type))
            .map(profile -> profile.type().capability())
            .toList(),
        mechanisms.stream().map(OfferedMechanism::name).toList());
  }

  private static int rank(TunnelProfile profile) {
    return profile.preferences().values().stream().min(Integer::compare).orElse(Integer.MAX_VALUE);
  }

  /**
   * Writes the line, its CR LF included: single spaces, for old clients count on them, and lose the
   * last word of a line without an end.
   */
  String write() {
    StringBuilder line = new StringBuilder(KEYWORD);
    tunnels.forEach(tunnel -> line.append(' ').append(TUNNEL).append(tunnel));
    mechanisms.forEach(mechanism -> line.append(' ').append(AUTH).append(mechanism));
    return line.append("\r\n").toString();
  }

  /** Reads a line in any case and order, with any spaces; empty if it is another line. */
  static Optional<CapabilityLine> parse(String line) {
    String[] words = line.strip().toUpperCase(Locale.ROOT).split("\\s+", -1);
    if (!words[0].equals(KEYWORD)) {
      return Optional.empty();
    }
    List<String> tunnels = new ArrayList<>();
    List<String> mechanisms = new ArrayList<>();
    for (String word : words) {
      valueOf(word, TUNNEL).ifPresent(tunnels::add);
      valueOf(word, AUTH).ifPresent(mechanisms::add);
    }
    return Optional.of(new CapabilityLine(tunnels, mechanisms));
  }

  /** What is no name is passed over: names are shown to users and written to logs. */
  private static Optional<String> valueOf(String word, String key) {
    return word.startsWith(key)
        ? Optional.of(word.substring(key.length())).filter(NAME.asMatchPredicate())
        : Optional.empty();
  }

  /**
   * Tells whether what is asked for can be had, by its own name or by that of a type which answers
   * it; a line that names none does not say.
   */
  boolean offers(SignalingRequest asked) {
    return tunnels.isEmpty()
        || offers(asked.request().type())
        || asked.wanted().isEmpty()
        || asked.wanted().stream().map(TunnelProfile::type).anyMatch(this::offers);
  }

  private boolean offers(TunnelType type) {
    return tunnels.contains(type.capability());
  }
}

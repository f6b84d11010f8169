package org.culvert.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The dialogues of authentication, for cases that are about something else. */
final class Logins {
  private static final String ANONYMOUS = "ANONYMOUS";
  private static final String PLAIN = "PLAIN";
  private static final String SCRAM = "SCRAM-SHA-256";
  private static final String DIGEST_MD5 = "DIGEST-MD5";

  private Logins() {}

  /**
   * Returns the steps of a login.
   *
   * @param how {@code anonymous}, {@code plain}, {@code digest-md5}; {@code user} for whatever
   *     takes the user's password; {@code any} for whatever works
   */
  static List<String> steps(String how, String version, Set<String> offered, Target target)
      throws Unmet {
    List<String> steps = new ArrayList<>(List.of("C: VERSION=" + version, "S: CAPABILITY .*"));
    switch (mechanism(how, offered, target)) {
      case ANONYMOUS -> steps.addAll(List.of("C: AUTHENTICATE ANONYMOUS", "S: 200"));
      case SCRAM ->
          steps.addAll(
              List.of(
                  "C: AUTHENTICATE SCRAM-SHA-256",
                  "S go-ahead",
                  "C: ${scram-first}",
                  "S: [A-Za-z0-9+/]+=*",
                  "C: ${scram-last}",
                  "S: ${scram-proof}",
                  "C poll",
                  "S: 200"));
      case PLAIN ->
          steps.addAll(List.of("C: AUTHENTICATE PLAIN", "S empty", "C: ${plain}", "S: 200"));
      default ->
          steps.addAll(
              List.of(
                  "C: AUTHENTICATE DIGEST-MD5",
                  "S: [A-Za-z0-9+/]+=*",
                  "C: ${digest}",
                  "S: ${proof}",
                  "C poll",
                  "S: 200"));
    }
    return steps;
  }

  private static String mechanism(String how, Set<String> offered, Target target) throws Unmet {
    return switch (how) {
      case "any" -> offered.contains(ANONYMOUS) ? ANONYMOUS : mechanism("user", offered, target);
      case "user" -> {
        if (!target.hasCredentials()) {
          throw Unmet.absent("no mechanism that works without a user's password");
        }
        yield List.of(target.login(), DIGEST_MD5, SCRAM, PLAIN).stream()
            .filter(offered::contains)
            .findFirst()
            .orElseThrow(() -> Unmet.absent("no mechanism that the kit knows: " + offered));
      }
      default -> how.toUpperCase(Locale.ROOT);
    };
  }

  /** Tells whether a login of a case uses the one user, of whom there is only one. */
  static boolean usesUser(Case tested) {
    return tested.steps().stream()
        .anyMatch(
            step ->
                step.verb() == Verb.LOGIN
                    && List.of("user", "plain", "digest-md5")
                        .contains(step.text().split(" ", 2)[0]));
  }

  /** Returns what a case's logins need. */
  static List<Need> needs(Case tested) {
    List<Need> needs = new ArrayList<>();
    for (Step step : tested.steps()) {
      if (step.verb() == Verb.LOGIN) {
        switch (step.text().split(" ", 2)[0]) {
          case "anonymous" -> needs.add(new Need(Need.Kind.MECHANISM, ANONYMOUS));
          case "user" -> needs.add(new Need(Need.Kind.CREDENTIALS, ""));
          case "plain" -> {
            needs.add(new Need(Need.Kind.CREDENTIALS, ""));
            needs.add(new Need(Need.Kind.MECHANISM, PLAIN));
          }
          case "digest-md5" -> {
            needs.add(new Need(Need.Kind.CREDENTIALS, ""));
            needs.add(new Need(Need.Kind.MECHANISM, DIGEST_MD5));
          }
          default -> {}
        }
      }
    }
    return needs;
  }
}

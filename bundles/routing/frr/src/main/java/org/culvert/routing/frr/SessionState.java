package org.culvert.routing.frr;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how routing stands for a tunnel. */
final class SessionState {
  private static final String ESTABLISHED = "Established";
  private static final Pattern STATE = text("bgpState");
  private static final Pattern UP = text("bgpTimerUpString");
  private static final Pattern REASON = text("lastNotificationReason");
  private static final Pattern RESET = text("lastResetDueTo");
  private static final Pattern ACCEPTED = number("acceptedPrefixCounter");
  private static final Pattern SENT = number("sentPrefixCounter");

  private SessionState() {}

  /** Reads what FRR says about a neighbor of BGP, in JSON. */
  static String ofBgp(String json) {
    Optional<String> state = find(STATE, json);
    if (state.isEmpty()) {
      return "FRR has no such neighbor";
    }
    if (state.get().equals(ESTABLISHED)) {
      return ESTABLISHED
          + find(UP, json).map(up -> " for " + up).orElse("")
          + (", " + count(find(ACCEPTED, json).orElse("0"), "accepted"))
          + (", " + count(find(SENT, json).orElse("0"), "announced"));
    }
    return state.get()
        + find(REASON, json)
            .or(() -> find(RESET, json))
            .map(reason -> ", last because of: " + reason)
            .orElse("");
  }

  /** Counts what RIPng learned on a device, from its table. */
  static String ofRipng(String table, String device) {
    Pattern learned = Pattern.compile("\\sfe80:\\S+\\s+" + Pattern.quote(device) + "\\s");
    long count = table.lines().filter(line -> learned.matcher(line).find()).count();
    return "RIPng on " + device + ", " + count(Long.toString(count), "accepted");
  }

  private static String count(String number, String what) {
    return number + (number.equals("1") ? " prefix " : " prefixes ") + what;
  }

  private static Optional<String> find(Pattern pattern, String json) {
    Matcher matcher = pattern.matcher(json);
    return matcher.find() ? Optional.of(matcher.group(1).replace("\\", "")) : Optional.empty();
  }

  private static Pattern text(String key) {
    return Pattern.compile("\"" + key + "\" ?: ?\"((?:[^\"\\\\]|\\\\.){1,100})\"");
  }

  private static Pattern number(String key) {
    return Pattern.compile("\"" + key + "\" ?: ?([0-9]{1,10})");
  }
}

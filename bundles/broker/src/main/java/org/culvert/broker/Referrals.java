package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;

/**
 * Other brokers to name to clients that cannot be served here (RFC 5572 section 4.4.5).
 *
 * @param full those for status 301
 * @param busy those for status 530
 */
record Referrals(List<String> full, List<String> busy) {
  /** More than this old clients do not read. */
  static final int MAX_BROKERS = 50;

  private static final int MAX_NAME = 253;
  private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

  /** Copies the lists. */
  Referrals {
    full = List.copyOf(full);
    busy = List.copyOf(busy);
  }

  static Referrals from(Config config) {
    return new Referrals(
        brokers("referrals", config.referrals()), brokers("busyReferrals", config.busyReferrals()));
  }

  TspException full(SignalingPath path, String why) {
    return refusal(StatusCode.NO_MORE_TUNNELS, full, path, why);
  }

  TspException busy(SignalingPath path, String why) {
    return refusal(StatusCode.SERVER_BUSY, busy, path, why);
  }

  private static TspException refusal(
      StatusCode code, List<String> brokers, SignalingPath path, String why) {
    return useful(brokers, path)
        .map(others -> new TspException(code, why, others))
        .orElseGet(() -> new TspException(code, why));
  }

  /**
   * Leaves out what a client on this path could not reach, and the address that it has just come
   * to: it would come back at once, again and again.
   */
  private static Optional<Referral> useful(List<String> brokers, SignalingPath path) {
    List<String> reachable =
        brokers.stream()
            .filter(broker -> address(broker).map(a -> isReachable(a, path)).orElse(true))
            .toList();
    return reachable.isEmpty() ? Optional.empty() : Optional.of(new Referral(reachable));
  }

  private static boolean isReachable(InetAddress broker, SignalingPath path) {
    return broker instanceof Inet4Address == path.isIpv4()
        && !broker.equals(path.local().getAddress());
  }

  private static List<String> brokers(String key, String[] values) {
    List<String> brokers = Settings.list(values);
    if (brokers.size() > MAX_BROKERS) {
      throw new InvalidConfigurationException(
          Keys.PID, key, brokers.size() + " brokers", "write at most " + MAX_BROKERS);
    }
    for (String broker : brokers) {
      if (!isHost(broker)
          || address(broker)
              .filter(a -> a.isAnyLocalAddress() || a.isMulticastAddress())
              .isPresent()) {
        throw new InvalidConfigurationException(
            Keys.PID, key, broker, "write addresses or host names, without ports");
      }
    }
    return brokers;
  }

  private static boolean isHost(String broker) {
    if (address(broker).isPresent()) {
      return true;
    }
    String[] labels = broker.split("\\.", -1);
    if (broker.length() > MAX_NAME || labels[labels.length - 1].matches("[0-9]*")) {
      return false;
    }
    for (String label : labels) {
      if (!label.matches(LABEL)) {
        return false;
      }
    }
    return true;
  }

  private static Optional<InetAddress> address(String broker) {
    try {
      return Optional.of(IpAddresses.parse(broker));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

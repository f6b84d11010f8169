package org.culvert.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.Referral;

/**
 * What the operator decided about the server's signaling, validated.
 *
 * @param port the port of TCP and UDP
 * @param addresses where to listen; empty: everywhere
 * @param tcp whether TCP is served
 * @param udp whether UDP is served
 * @param tls whether TLS is served while somebody provides it
 * @param tlsPort the port of TLS
 * @param realm the realm of the accounts, which is also the server's name for SASL
 * @param tcpMechanisms which mechanisms TCP sessions are offered
 * @param udpMechanisms which mechanisms UDP sessions are offered
 * @param tlsMechanisms which mechanisms TLS sessions are offered
 * @param limits the limits that untrusted input meets
 * @param referral brokers named to clients whose version is not spoken here
 */
record TransportSettings(
    int port,
    List<InetAddress> addresses,
    boolean tcp,
    boolean udp,
    boolean tls,
    int tlsPort,
    String realm,
    MechanismPolicy tcpMechanisms,
    MechanismPolicy udpMechanisms,
    MechanismPolicy tlsMechanisms,
    Limits limits,
    Optional<Referral> referral) {

  static final String PID = "org.culvert.transport";

  private static final String PLAIN = "PLAIN";

  /**
   * Limits.
   *
   * @param phase the longest that any phase may take in total, whatever arrives meanwhile
   * @param sessions the largest number of live sessions
   * @param sessionsPerSource the same for one source
   * @param udpIdle after which silence a UDP session is over
   * @param udpRemember how long the last reply of a session that ended is kept for retransmissions
   * @param udpRemembered how many such replies are kept for each address listened on
   * @param rate datagrams in a second from one source that has not authenticated, and TCP
   *     connections; 0: any
   * @param burst how many of them may come at once
   * @param slip every so many datagrams beyond the rate are answered {@code 530}; 0: none
   * @param failuresPerMinute failed authentications in a minute from one source; 0: any
   * @param failureBurst how many of them may come at once
   */
  record Limits(
      Duration phase,
      int sessions,
      int sessionsPerSource,
      Duration udpIdle,
      Duration udpRemember,
      int udpRemembered,
      int rate,
      int burst,
      int slip,
      int failuresPerMinute,
      int failureBurst) {}

  /** Copies the list. */
  TransportSettings {
    addresses = List.copyOf(addresses);
  }

  /**
   * Validates the operator's words.
   *
   * @throws InvalidConfigurationException if one of them cannot be meant
   */
  static TransportSettings from(Config config) {
    if (!config.tcp() && !config.udp() && !config.tls()) {
      throw refused("udp", false, "TCP, UDP and TLS are all off; switch one on");
    }
    if (config.tls() && config.tls_port() == config.port()) {
      throw refused("tls.port", config.tls_port(), "TLS has a port of its own; take another");
    }
    String realm = config.realm();
    if (!realm.matches("[\\x21-\\x7E&&[^\",\\\\]]{1,64}")) {
      throw refused(
          "realm",
          realm,
          "write 1 to 64 printable characters without spaces, commas, quotes or \\");
    }
    return new TransportSettings(
        within("port", config.port(), 1, 65_535),
        addresses(config.addresses()),
        config.tcp(),
        config.udp(),
        config.tls(),
        within("tls.port", config.tls_port(), 1, 65_535),
        realm,
        mechanisms("tcp.mechanisms", config.tcp_mechanisms()),
        mechanisms("udp.mechanisms", config.udp_mechanisms()),
        mechanisms("tls.mechanisms", config.tls_mechanisms()),
        new Limits(
            seconds("phase.seconds", config.phase_seconds(), 5),
            within("sessions", config.sessions(), 1, 1_000_000),
            within("sessions.per.source", config.sessions_per_source(), 1, 1_000_000),
            seconds("udp.idle.seconds", config.udp_idle_seconds(), 5),
            // A client repeats its last message for about 66 seconds.
            seconds("udp.remember.seconds", config.udp_remember_seconds(), 66),
            within("udp.remembered", config.udp_remembered(), 1, 1_000_000),
            within("rate", config.rate(), 0, 1_000_000),
            within("rate.burst", config.rate_burst(), 1, 1_000_000),
            within("rate.slip", config.rate_slip(), 0, 1_000),
            within("failures.per.minute", config.failures_per_minute(), 0, 1_000_000),
            within("failures.burst", config.failures_burst(), 1, 1_000_000)),
        referral(config.referral()));
  }

  /** Returns where a stream transport listens on a port; the wildcard stands for everywhere. */
  List<InetSocketAddress> endpoints(int at) {
    return addresses.isEmpty()
        ? List.of(new InetSocketAddress(at))
        : addresses.stream().map(address -> new InetSocketAddress(address, at)).toList();
  }

  /** Names the keys by which the operator lets passwords go in the clear. */
  List<String> clearPasswords() {
    List<String> keys = new ArrayList<>();
    if (tcp && tcpMechanisms.allows(PLAIN)) {
      keys.add("tcp.mechanisms");
    }
    if (udp && udpMechanisms.allows(PLAIN)) {
      keys.add("udp.mechanisms");
    }
    return keys;
  }

  private static List<InetAddress> addresses(String[] texts) {
    List<InetAddress> addresses = new ArrayList<>();
    for (String text : entries(texts)) {
      InetAddress address;
      try {
        address = IpAddresses.parse(text);
      } catch (IllegalArgumentException e) {
        throw refused("addresses", text, "write IPv4 or IPv6 addresses, separated by commas");
      }
      if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
        throw refused(
            "addresses", text, "name addresses of this node, or none to listen on all of them");
      }
      addresses.add(address);
    }
    return addresses;
  }

  private static MechanismPolicy mechanisms(String key, String[] entries) {
    try {
      return MechanismPolicy.parse(entries(entries));
    } catch (IllegalArgumentException e) {
      throw refused(
          key,
          String.join(",", entries),
          "write names such as DIGEST-MD5, * for all that are installed, !NAME for all but");
    }
  }

  private static Optional<Referral> referral(String[] texts) {
    List<String> brokers = entries(texts);
    for (String broker : brokers) {
      // The wire cannot express a port, and old clients keep 254 characters of a name.
      if (!broker.matches("[0-9A-Za-z.:-]{1,254}")) {
        throw refused("referral", broker, "write host names or addresses, without ports");
      }
    }
    return brokers.isEmpty() ? Optional.empty() : Optional.of(new Referral(brokers));
  }

  /** A configuration file gives a list as one string with commas, other sources as an array. */
  private static List<String> entries(String[] values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split(",")))
        .map(String::trim)
        .filter(entry -> !entry.isEmpty())
        .toList();
  }

  private static Duration seconds(String key, int value, int least) {
    return Duration.ofSeconds(within(key, value, least, 3_600));
  }

  private static int within(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw refused(key, value, "write a number from " + least + " to " + most);
    }
    return value;
  }

  private static InvalidConfigurationException refused(String key, Object value, String remedy) {
    return new InvalidConfigurationException(PID, key, value, remedy);
  }
}

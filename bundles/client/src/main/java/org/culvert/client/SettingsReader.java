package org.culvert.client;

import static org.culvert.client.Refusal.refused;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;

/** Turns what the operator wrote into {@link ClientSettings}, or refuses it by name. */
final class SettingsReader {
  private static final int LARGEST_MTU = 9000;
  private static final int LONGEST_RETRY = 86_400;
  private static final int LONGEST_KEEPALIVE = 3600;

  private SettingsReader() {}

  /**
   * Checks a configuration.
   *
   * @throws InvalidConfigurationException if it cannot work; a password is never repeated
   */
  static ClientSettings from(ConfiguredClient.Config config) {
    TunnelType type = tunnelType(config.tunnelType());
    List<Transport> transports = transports(config.transports());
    if (type.equals(TunnelType.V6UDPV4) && !transports.contains(Transport.UDP)) {
      throw refused("transports", config.transports(), "v6udpv4 needs UDP; write auto or udp");
    }
    return new ClientSettings(
        servers(config.server(), ClientSettings.defaultPort(transports)),
        CredentialsReader.from(config, transports.contains(Transport.TLS)),
        CredentialsReader.file(config),
        type,
        WishesReader.from(config, type),
        keepAlive(config.keepAlive()),
        routes(config, type),
        transports,
        referrals(config.referrals()),
        nat64(config.nat64Prefix()),
        within("mtu", config.mtu(), TunnelParameters.MINIMUM_MTU, LARGEST_MTU),
        retryMin(config),
        Duration.ofSeconds(within("retryMax", config.retryMax(), 1, LONGEST_RETRY)),
        state(config.state()));
  }

  private static List<BrokerAddress> servers(String[] values, int port) {
    List<BrokerAddress> servers = new ArrayList<>();
    for (String text : split(values)) {
      try {
        servers.add(BrokerAddress.parse(text, port));
      } catch (IllegalArgumentException e) {
        throw refused("server", text, e.getMessage() + "; write host, host:port or [address]:port");
      }
    }
    if (servers.isEmpty()) {
      throw refused("server", "", "no broker is named; write host, host:port or [address]:port");
    }
    return servers;
  }

  private static TunnelType tunnelType(String value) {
    return ClientSettings.TYPES.stream()
        .filter(type -> type.name().equals(value.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> refused("tunnelType", value, "write v6anyv4, v6v4, v6udpv4 or v4v6"));
  }

  private static List<Transport> transports(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "auto" -> List.of(Transport.UDP, Transport.TCP);
      case "udp" -> List.of(Transport.UDP);
      case "tcp" -> List.of(Transport.TCP);
      case "tls" -> List.of(Transport.TLS);
      default -> throw refused("transports", value, "write auto, udp, tcp or tls");
    };
  }

  private static ReferralTrust referrals(String value) {
    return Arrays.stream(ReferralTrust.values())
        .filter(
            trust -> trust.name().toLowerCase(Locale.ROOT).equals(value.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> refused("referrals", value, "write authenticated, any or none"));
  }

  private static Nat64Wish nat64(String value) {
    try {
      return Nat64Wish.parse(value);
    } catch (IllegalArgumentException e) {
      throw refused(
          "nat64Prefix",
          value,
          e.getMessage() + "; write auto, none or, for example, 64:ff9b::/96");
    }
  }

  private static Optional<Duration> keepAlive(int value) {
    within("keepAlive", value, 0, LONGEST_KEEPALIVE);
    return value == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(value));
  }

  private static List<IpPrefix> routes(ConfiguredClient.Config config, TunnelType type) {
    boolean inner4 = type.equals(TunnelType.V4V6);
    List<String> texts = split(config.routes());
    if (config.defaultRoute()) {
      if (!texts.isEmpty()) {
        throw refused(
            "routes",
            String.join(",", texts),
            "defaultRoute = true covers them already; write defaultRoute = false beside routes");
      }
      return List.of(IpPrefix.parse(inner4 ? "0.0.0.0/0" : "::/0"));
    }
    List<IpPrefix> routes = new ArrayList<>();
    for (String text : texts) {
      routes.add(route(text, inner4));
    }
    return routes;
  }

  private static IpPrefix route(String text, boolean inner4) {
    IpPrefix route;
    try {
      route = IpPrefix.parse(text);
    } catch (IllegalArgumentException e) {
      throw refused("routes", text, e.getMessage() + "; write for example 2001:db8::/32");
    }
    if ((route.network().getAddress().length == 4) != inner4) {
      throw refused(
          "routes", text, "the tunnel carries IPv" + (inner4 ? 4 : 6) + "; write such a prefix");
    }
    return route;
  }

  private static Duration retryMin(ConfiguredClient.Config config) {
    within("retryMin", config.retryMin(), 1, LONGEST_RETRY);
    if (config.retryMin() > config.retryMax()) {
      throw refused("retryMin", config.retryMin(), "it is above retryMax; lower it");
    }
    return Duration.ofSeconds(config.retryMin());
  }

  private static Path state(String value) {
    try {
      return value.isBlank()
          ? Path.of(System.getProperty("karaf.data", "data"), "culvert", "client-state.properties")
          : Path.of(value.strip());
    } catch (InvalidPathException e) {
      throw refused("state", value, "it is no file name");
    }
  }

  /** Splits again: a configuration file may hold a list as one string. */
  static List<String> split(String[] values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split("[,\\s]+")))
        .filter(text -> !text.isEmpty())
        .toList();
  }

  /** Refuses a number out of range. */
  static int within(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw refused(key, value, "write a number from " + least + " to " + most);
    }
    return value;
  }
}

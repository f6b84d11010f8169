package org.culvert.dns.update;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.dns.update.ConfiguredDnsRegistrar.Config;
import org.culvert.dns.update.NameServerRules.DelegationRule;
import org.culvert.dns.update.TunnelRecords.ReverseRule;
import org.xbill.DNS.Name;

/** Turns what the operator wrote into {@link DnsSettings}, or refuses it by name. */
final class SettingsReader {
  private static final String NONE = "none";
  private static final int LONGEST_TIMEOUT = 10;
  private static final int MOST_NAME_SERVERS = 8;
  private static final int LONGEST_TTL = 604_800;

  private SettingsReader() {}

  /**
   * Checks a configuration, with the secret that it names.
   *
   * @throws InvalidConfigurationException if it cannot work; a secret is never repeated
   */
  static DnsSettings from(Config config) {
    return from(config, KeyReader.secret(config));
  }

  /** Does the same with the secret that its file holds at this moment. */
  static DnsSettings from(Config config, String secret) {
    KeyReader key = KeyReader.read(config, secret);
    KeyedHash hash =
        new KeyedHash(
            (config.hash_key().isEmpty() ? key.text() : config.hash_key()).getBytes(UTF_8));
    Zones zones = zones(config);
    InetSocketAddress server =
        new InetSocketAddress(
            parsed("server", config.server(), "write an address", IpAddresses::parse),
            within("port", config.port(), 1, 65_535));
    int mostNameServers = within("maxNameServers", config.maxNameServers(), 1, MOST_NAME_SERVERS);
    long ttl = within("ttl", config.ttl(), 0, LONGEST_TTL);
    return new DnsSettings(
        server,
        key.key(),
        chosen("transport", config.transport(), List.of("udp", "tcp")).equals("udp"),
        Duration.ofSeconds(within("timeout", config.timeout(), 1, LONGEST_TIMEOUT)),
        zones,
        ttl,
        names(config, zones, hash),
        new NameServerRules(
            choice("delegation", config.delegation(), DelegationRule.values()),
            mostNameServers,
            zones,
            server.getAddress(),
            each("forbiddenNameServers", config.forbiddenNameServers(), HostNames::parse)),
        new TunnelRecords(
            zones,
            choice("reverse", config.reverse(), ReverseRule.values()),
            hosts(config),
            signers(config),
            hash,
            mostNameServers,
            ttl),
        config.lameCheck());
  }

  private static Zones zones(Config config) {
    List<Name> forward = each("zones", config.zones(), HostNames::parse);
    List<Name> reverse = each("reverseZones", config.reverseZones(), SettingsReader::reverseZone);
    if (forward.isEmpty()) {
      throw refused("zones", "", "write the zone that names are made in, for example tb.example");
    }
    if (forward.stream().anyMatch(zone -> zone.toString().endsWith(".arpa."))) {
      throw refused("zones", String.join(",", config.zones()), "arpa belongs to reverseZones");
    }
    return new Zones(forward, reverse);
  }

  private static Name reverseZone(String text) {
    if (text.indexOf('/') >= 0) {
      return ReverseNames.zone(IpPrefix.parse(text));
    }
    Name name = HostNames.parse(text);
    if (!text.matches(".*\\.(ip6|in-addr)\\.arpa\\.?")) {
      throw new IllegalArgumentException("it does not end in ip6.arpa or in-addr.arpa");
    }
    return name;
  }

  private static NamePolicy names(Config config, Zones zones, KeyedHash hash) {
    Name zone = zones.forward().get(0);
    List<String> reserved =
        each("reserved", config.reserved(), text -> text.toLowerCase(Locale.ROOT));
    String anonymous = config.anonymousNames();
    // Whoever was called so would have the names of others below his own.
    List<String> withTemplates = new ArrayList<>(reserved);
    withTemplates.addAll(NameTemplate.fixedLabels(config.names()));
    withTemplates.addAll(NameTemplate.fixedLabels(anonymous));
    return new NamePolicy(
        parsed(
            "names",
            config.names(),
            "write for example {user}.{zone}",
            text -> NameTemplate.parse(text, zone, true)),
        anonymous.equals(NONE)
            ? Optional.empty()
            : Optional.of(
                parsed(
                    "anonymousNames",
                    anonymous,
                    "write none, or for example anon-{hash}.{zone}",
                    text -> NameTemplate.parse(text, zone, false))),
        chosen("wishes", config.wishes(), List.of(NONE, "label")).equals("label"),
        new UserLabels(hash, withTemplates),
        hash);
  }

  private static Hosts hosts(Config config) {
    List<Integer> numbers =
        each("hostNumbers", config.hostNumbers(), text -> Integer.parseInt(text, 16));
    if (numbers.size() > Hosts.MOST
        || numbers.stream().anyMatch(number -> number < 0 || number > Hosts.LARGEST)) {
      throw refused(
          "hostNumbers",
          String.join(",", config.hostNumbers()),
          "write at most " + Hosts.MOST + " numbers from 0 to ffff");
    }
    return new Hosts(numbers.stream().distinct().toList());
  }

  private static DelegationSigners signers(Config config) {
    try {
      return DelegationSigners.parse(split(config.ds()));
    } catch (IllegalArgumentException e) {
      throw refused("ds", String.join(",", config.ds()), String.valueOf(e.getMessage()));
    }
  }

  private static <T extends Enum<T>> T choice(String key, String value, T[] choices) {
    List<String> names =
        Arrays.stream(choices).map(choice -> choice.name().toLowerCase(Locale.ROOT)).toList();
    return choices[names.indexOf(chosen(key, value, names))];
  }

  private static String chosen(String key, String value, List<String> choices) {
    if (!choices.contains(value)) {
      throw refused(key, value, "write one of: " + String.join(", ", choices));
    }
    return value;
  }

  private static int within(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw refused(key, value, "write a number from " + least + " to " + most);
    }
    return value;
  }

  private static <T> List<T> each(String key, String[] values, Function<String, T> parser) {
    List<T> parsed = new ArrayList<>();
    for (String value : split(values)) {
      parsed.add(parsed(key, value, "separate several by commas", parser));
    }
    return parsed;
  }

  private static <T> T parsed(String key, String value, String remedy, Function<String, T> parser) {
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException e) {
      throw refused(key, value, e.getMessage() + "; " + remedy);
    }
  }

  /** A list may come as one text or as several. */
  private static List<String> split(String[] values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split(",")))
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .toList();
  }

  static InvalidConfigurationException refused(String key, Object value, String remedy) {
    return new InvalidConfigurationException(ConfiguredDnsRegistrar.PID + "-*", key, value, remedy);
  }
}

package org.culvert.dns.update;

import java.time.Clock;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import org.culvert.api.service.DnsRegistrar;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * Enters tunnels in the DNS, once for each {@code etc/org.culvert.dns.update-NAME.cfg}.
 *
 * <p>It registers the {@link DnsRegistrar} itself: a component's configuration becomes its
 * service's properties, and the key must not be read there.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = ConfiguredDnsRegistrar.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ConfiguredDnsRegistrar.Config.class, factory = true)
public final class ConfiguredDnsRegistrar {
  static final String PID = "org.culvert.dns.update";

  private static final int DNS_PORT = 53;
  private static final Duration LAME_CHECK = Duration.ofSeconds(3);

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert DNS by dynamic update",
      description =
          "Enters tunnels in zones of a DNS server that takes signed updates, as BIND 9 and Knot do.")
  public @interface Config {
    @AttributeDefinition(
        name = "Server",
        description =
            "Address of the zones' primary server, for example 192.0.2.53 or 2001:db8::53. No name:"
                + " it might have to be looked up in the very zones.")
    String server() default "127.0.0.1";

    @AttributeDefinition(
        name = "Port",
        description = "The server's port.",
        min = "1",
        max = "65535")
    int port() default 53;

    @AttributeDefinition(
        name = "Key's name",
        description = "Name of the TSIG key, as the server's configuration spells it.")
    String key_name() default "culvert";

    @AttributeDefinition(
        name = "Key's algorithm",
        description = "hmac-sha256, hmac-sha384 or hmac-sha512.",
        options = {
          @Option(label = "hmac-sha256", value = "hmac-sha256"),
          @Option(label = "hmac-sha384", value = "hmac-sha384"),
          @Option(label = "hmac-sha512", value = "hmac-sha512")
        })
    String key_algorithm() default "hmac-sha256";

    @AttributeDefinition(
        name = "Key's secret",
        description = "The TSIG key's secret in base64, if it is not in a file of its own.",
        type = AttributeType.PASSWORD)
    String key_secret() default "";

    @AttributeDefinition(
        name = "Key's file",
        description =
            "A file that holds nothing but the secret in base64 and that only its owner may read, so"
                + " that nobody who lists configurations sees it. A relative name is looked for in"
                + " etc.")
    String key_file() default "";

    @AttributeDefinition(
        name = "Zones",
        description =
            "Zones of names, separated by commas, for example tb.example. New names are made in the"
                + " first.")
    String[] zones() default {};

    @AttributeDefinition(
        name = "Reverse zones",
        description =
            "Zones of addresses, separated by commas, as prefixes or names: 2001:db8::/32 is"
                + " 8.b.d.0.1.0.0.2.ip6.arpa, 192.0.2.0/24 is 2.0.192.in-addr.arpa. What lies in none"
                + " of them gets no way back.")
    String[] reverseZones() default {};

    @AttributeDefinition(
        name = "Time to live",
        description = "Seconds that others may remember the records.",
        min = "0",
        max = "604800")
    int ttl() default 300;

    @AttributeDefinition(
        name = "Transport",
        description = "udp (then TCP, if there is no answer or it does not fit) or tcp alone.",
        options = {@Option(label = "udp", value = "udp"), @Option(label = "tcp", value = "tcp")})
    String transport() default "udp";

    @AttributeDefinition(
        name = "Timeout",
        description = "Seconds that an answer of the server may take, 1 to 10.",
        min = "1",
        max = "10")
    int timeout() default 4;

    @AttributeDefinition(
        name = "Names",
        description =
            "Names of users with an account: {user} is the user's name as a label, {hash} a keyed"
                + " hash of it, {zone} the zone; for example {user}-{hash}.customers.{zone}.")
    String names() default "{user}.{zone}";

    @AttributeDefinition(
        name = "Names of anonymous users",
        description = "none, or a template without {user}, for example anon-{hash}.{zone}.")
    String anonymousNames() default "none";

    @AttributeDefinition(
        name = "Wishes",
        description =
            "What a client may choose of its name: none, or label (a label in front of its user's"
                + " name, so that nobody can take another one's).",
        options = {
          @Option(label = "none", value = "none"),
          @Option(label = "label", value = "label")
        })
    String wishes() default "none";

    @AttributeDefinition(
        name = "Reserved labels",
        description =
            "Labels that no client gets, separated by commas, beside those that hosts look for by"
                + " themselves (www, mail, ns1, wpad and such). A user of that name gets a hash"
                + " behind it.")
    String[] reserved() default {};

    @AttributeDefinition(
        name = "Key of hashes",
        description =
            "Any text that hashes and marks are made with. Empty: the TSIG key's secret in base64."
                + " Write the old secret here before you change it, or nothing that was entered is"
                + " recognised; and the same text for two servers that shall give the same names.",
        type = AttributeType.PASSWORD)
    String hash_key() default "";

    @AttributeDefinition(
        name = "Delegation",
        description =
            "Whose prefixes' reverse zones are delegated to the name servers that the client names:"
                + " accounts, allow (anonymous users', too) or refuse.",
        options = {
          @Option(label = "accounts", value = "accounts"),
          @Option(label = "allow", value = "allow"),
          @Option(label = "refuse", value = "refuse")
        })
    String delegation() default "accounts";

    @AttributeDefinition(
        name = "Most name servers",
        description = "How many name servers a client may name, 1 to 8.",
        min = "1",
        max = "8")
    int maxNameServers() default 4;

    @AttributeDefinition(
        name = "Forbidden name servers",
        description =
            "Names that no client may give as its name server, separated by commas: your own name"
                + " servers', if they are outside the zones.")
    String[] forbiddenNameServers() default {};

    @AttributeDefinition(
        name = "Check for lame servers",
        description =
            "Asks name servers whether they serve the zone before it is delegated to them, and again"
                + " until they do.")
    boolean lameCheck() default true;

    @AttributeDefinition(
        name = "Reverse names",
        description =
            "What a prefix gets whose client names no name server: none, wildcard (the tunnel's name"
                + " for every address) or hosts (a name for each of hostNumbers, there and back).",
        options = {
          @Option(label = "none", value = "none"),
          @Option(label = "wildcard", value = "wildcard"),
          @Option(label = "hosts", value = "hosts")
        })
    String reverse() default "none";

    @AttributeDefinition(
        name = "Host numbers",
        description =
            "For reverse = hosts: which addresses of a prefix, counted from its first, in"
                + " hexadecimal, separated by commas.")
    String[] hostNumbers() default {"1"};

    @AttributeDefinition(
        name = "DS records",
        description =
            "Signed reverse zones, separated by commas: user, key tag, algorithm, digest type (2 or"
                + " 4) and digest, with the zone behind the user where a prefix has several.")
    String[] ds() default {};

    @AttributeDefinition(
        name = "Ranking",
        description = "Of several such services the one of the highest ranking is used.")
    int service_ranking() default 0;
  }

  /** The other keys are checked while nobody knows what is in the file. */
  private static final String ANY_SECRET = "A".repeat(44);

  private final FollowedKey.Service running;

  /** Registers the service; where a file holds the key, as soon as the file is right. */
  @Activate
  public ConfiguredDnsRegistrar(Config config, BundleContext context) {
    running =
        config.key_file().isEmpty() || !config.key_secret().isEmpty()
            ? register(SettingsReader.from(config), config, context)
            : follow(config, context);
  }

  private static FollowedKey.Service follow(Config config, BundleContext context) {
    SettingsReader.from(config, ANY_SECRET);
    FollowedKey key =
        new FollowedKey(
            PID,
            () -> KeyReader.secret(config),
            secret -> SettingsReader.from(config, secret),
            settings -> register(settings, config, context));
    key.start(context);
    return key::close;
  }

  private static FollowedKey.Service register(
      DnsSettings settings, Config config, BundleContext context) {
    HostLookup lookup = SystemLookup.start();
    DynamicUpdateRegistrar registrar =
        new DynamicUpdateRegistrar(
            settings,
            new SignedExchange(
                settings.server(),
                settings.key(),
                settings.udp(),
                settings.timeout(),
                Clock.systemUTC()),
            new LameCheck(LAME_CHECK, DNS_PORT, lookup),
            lookup);
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("service.ranking", config.service_ranking());
    ServiceRegistration<DnsRegistrar> registration =
        context.registerService(DnsRegistrar.class, registrar, properties);
    return () -> {
      registration.unregister();
      registrar.close();
    };
  }

  /** Withdraws the service. */
  @Deactivate
  void stop() {
    running.close();
  }
}

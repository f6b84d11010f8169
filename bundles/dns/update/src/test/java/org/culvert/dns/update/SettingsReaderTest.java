package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Name;

class SettingsReaderTest {
  private static void refuses(String part, Object... written) {
    assertThatThrownBy(() -> SettingsReader.from(Configurations.of(written)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("etc/org.culvert.dns.update-*.cfg: ")
        .hasMessageContaining(part)
        .message()
        .doesNotContain(Configurations.SECRET);
  }

  @Test
  void readsWhatIsWritten() {
    DnsSettings settings =
        SettingsReader.from(
            Configurations.of(
                "server",
                "2001:db8::53",
                "zones",
                new String[] {"tb.example, example.net"},
                "reverseZones",
                new String[] {"2001:db8::/32", "2.0.192.in-addr.arpa"},
                "transport",
                "tcp"));

    assertThat(SignedExchange.text(settings.server())).isEqualTo("[2001:db8::53]:53");
    assertThat(settings.zones().forward())
        .extracting(HostNames::text)
        .containsExactly("tb.example", "example.net");
    assertThat(settings.zones().reverse())
        .extracting(HostNames::text)
        .containsExactly("8.b.d.0.1.0.0.2.ip6.arpa", "2.0.192.in-addr.arpa");
    assertThat(settings.udp()).isFalse();
    assertThat(settings.toString()).doesNotContain(Configurations.SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hmac-md5", "hmac-md5.sig-alg.reg.int", "hmac-sha1", "hmac-sha224", ""})
  @Threat("T16")
  void refusesWeakAlgorithms(String algorithm) {
    refuses("too weak; write hmac-sha256", "key_algorithm", algorithm);
  }

  @Test
  void refusesSecretsThatCanBeGuessedOrReadByOthers(@TempDir Path directory) throws IOException {
    Path open = directory.resolve("open");
    Files.writeString(open, Configurations.SECRET + "\n");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r-----"));

    refuses("at least 16 octets", "key_secret", "c2hvcnQ=");
    refuses("at least 16 octets", "key_secret", "no base64!");
    refuses("either key.file or key.secret", "key_secret", "");
    refuses("either key.file or key.secret", "key_file", "a");
    refuses("chmod 0600", "key_secret", "", "key_file", open.toString());
    refuses("cannot be read", "key_secret", "", "key_file", directory.resolve("no").toString());
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-------"));
    assertThatCode(
            () ->
                SettingsReader.from(
                    Configurations.of("key_secret", "", "key_file", open.toString())))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesZonesThatAreNone() {
    refuses("zones", "zones", new String[0]);
    refuses("zones", "zones", new String[] {"*.example"});
    refuses("reverseZones", "zones", new String[] {"8.b.d.0.1.0.0.2.ip6.arpa"});
    refuses("reverseZones", "reverseZones", new String[] {"tb.example"});
    refuses("multiple of 4", "reverseZones", new String[] {"2001:db8::/33"});
  }

  @Test
  void refusesTemplatesThatCannotTellUsersApart() {
    refuses("{user} once, or {hash}", "names", "customer.{zone}");
    refuses("must be lower case and end in .{zone}", "names", "{user}.example");
    refuses("must be lower case and end in .{zone}", "names", "{user}_.{zone}");
    refuses("{user} once, or {hash}", "names", "{user}{user}.{zone}");
    refuses("a label has", "names", "-{user}.{zone}");
    refuses("a label has", "names", "x".repeat(40) + "{user}.{zone}");
    refuses("there is no {user}", "anonymousNames", "{user}.{zone}");
    refuses(
        "longer than 255", "zones", new String[] {("a".repeat(60) + ".").repeat(3) + "example"});
  }

  @Test
  void givesNobodyTheNameAboveNamesOfOthers() {
    NamePolicy names =
        SettingsReader.from(Configurations.of("anonymousNames", "anon-{hash}.guests.{zone}"))
            .names();
    Name guest = names.name("somebody", true, Optional.empty()).orElseThrow();

    Name user = names.name("guests", false, Optional.empty()).orElseThrow();

    assertThat(HostNames.text(guest)).endsWith(".guests.tb.example");
    assertThat(HostNames.text(user)).matches("guests-[a-z2-7]{10}\\.tb\\.example");
    assertThat(HostNames.within(guest, user)).isFalse();
  }

  @Test
  void refusesValuesOutOfRange() {
    refuses("write an address", "server", "ns.example");
    refuses("from 1 to 65535", "port", 0);
    refuses("from 1 to 10", "timeout", 11);
    refuses("from 1 to 8", "maxNameServers", 9);
    refuses("write one of: udp, tcp", "transport", "tls");
    refuses("write one of: none, wildcard, hosts", "reverse", "all");
    refuses("write one of: allow, accounts, refuse", "delegation", "groups");
    refuses("at most 64 numbers", "hostNumbers", new String[] {"10000"});
    refuses("digest type 1", "ds", new String[] {"alice 1 13 1 00"});
    refuses("has not 32 octets", "ds", new String[] {"alice 1 13 2 00"});
    refuses("write user, key tag", "ds", new String[] {"alice 1"});
  }
}

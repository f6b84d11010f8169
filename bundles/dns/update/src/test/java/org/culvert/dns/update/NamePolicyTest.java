package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamePolicyTest {
  private static String name(String owner, Object... written) {
    return SettingsReader.from(Configurations.of(written))
        .names()
        .name(owner, false, Optional.empty())
        .map(HostNames::text)
        .orElse("none");
  }

  private static String wished(String wish) {
    return SettingsReader.from(
            Configurations.of("wishes", "label", "reserved", new String[] {"Boss"}))
        .names()
        .name("alice", false, Optional.of(wish))
        .map(HostNames::text)
        .orElseThrow();
  }

  @Test
  void usersWhoAreLabelsKeepTheirNames() {
    assertThat(name("alice")).isEqualTo("alice.tb.example");
    assertThat(name("gw-7")).isEqualTo("gw-7.tb.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.b", "a_b", "a b", "a\0b", "A-b", "a-B", "a--b", "a-b-", "-a-b"})
  void usersWhoAreNoLabelsGetHash(String user) {
    assertThat(name(user)).matches("a-b-[a-z2-7]{10}\\.tb\\.example").isEqualTo(name(user));
  }

  @ParameterizedTest
  @ValueSource(strings = {"www", "wpad", "isatap", "ns", "ns1", "v4ns2", "host-1", "boss"})
  void usersCalledLikeSomethingElseGetHash(String user) {
    assertThat(name(user, "reserved", new String[] {"boss"})).matches(user + "-[a-z2-7]{10}.*");
  }

  @Test
  @Threat("T16")
  void nobodyIsCalledLikeSomebodyWithHash() {
    String made = name("a.b").replace(".tb.example", "");

    assertThat(name(made)).isNotEqualTo(name("a.b")).startsWith("a-b-");
  }

  @Test
  void usersOfOtherScriptsAndOfNoLettersGetLabels() {
    assertThat(name("алиса")).matches("u-[a-z2-7]{10}\\.tb\\.example");
    assertThat(name("müller")).matches("m-ller-[a-z2-7]{10}\\.tb\\.example");
    assertThat(name("***")).matches("u-[a-z2-7]{10}\\.tb\\.example");
  }

  @Test
  void hashDependsOnTheKey() {
    assertThat(name("a.b", "hash_key", "one")).isNotEqualTo(name("a.b", "hash_key", "two"));
    assertThat(name("a.b", "hash_key", Configurations.SECRET)).isEqualTo(name("a.b"));
  }

  @Test
  void templatesAreFilled() {
    assertThat(name("alice", "names", "{user}-{hash}.customers.{zone}"))
        .matches("alice-[a-z2-7]{10}\\.customers\\.tb\\.example");
    assertThat(name("alice", "names", "{hash}.{zone}")).matches("[a-z2-7]{10}\\.tb\\.example");
  }

  @Test
  void anonymousUsersGetNamesOnlyWhereAllowed() {
    NamePolicy none = SettingsReader.from(Configurations.of()).names();
    NamePolicy some =
        SettingsReader.from(Configurations.of("anonymousNames", "anon-{hash}.{zone}")).names();

    assertThat(none.name("anonymous-1", true, Optional.empty())).isEmpty();
    assertThat(some.name("anonymous-1", true, Optional.empty()).map(HostNames::text))
        .hasValueSatisfying(name -> assertThat(name).matches("anon-[a-z2-7]{10}\\.tb\\.example"));
    assertThat(none.name("anonymous-1", true, Optional.of("home"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "alice,alice.tb.example",
    "Alice.TB.example.,alice.tb.example",
    "home,home.alice.tb.example",
    "HOME.alice.tb.example,home.alice.tb.example"
  })
  @Threat("T16")
  void grantsWishesInFrontOfOwnName(String wish, String name) {
    assertThat(wished(wish)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bob.tb.example",
        "tb.example",
        "home.bob.tb.example",
        "a.b.alice.tb.example",
        ".",
        "",
        "*",
        "@",
        "_tcp",
        "a b",
        "a\0",
        "a\n",
        "\\052",
        "-a",
        "a-",
        "xn--a",
        "www",
        "ns1",
        "host-1",
        "boss",
        "evilalice.tb.example",
        "é"
      })
  void refusesWishesOutsideOwnName(String wish) {
    assertThatThrownBy(() -> wished(wish))
        .isInstanceOfSatisfying(
            TspException.class,
            e -> assertThat(e.code()).isEqualTo(StatusCode.INVALID_IPV6_ADDRESS));
  }

  @Test
  void refusesLongWishes() {
    assertThat(wished("a".repeat(40))).startsWith("a");
    assertThatThrownBy(() -> wished("a".repeat(41))).isInstanceOf(TspException.class);
    assertThatThrownBy(() -> wished("a".repeat(100_000))).isInstanceOf(TspException.class);
  }

  @Test
  void passesOverWishesOfWhoeverCannotChoose() {
    NamePolicy unchosen = SettingsReader.from(Configurations.of()).names();
    NamePolicy chosen = SettingsReader.from(Configurations.of("wishes", "label")).names();

    assertThat(unchosen.name("alice", false, Optional.of("me.example")))
        .isEqualTo(unchosen.name("alice", false, Optional.empty()));
    assertThat(chosen.name("anonymous-1", true, Optional.of("home")))
        .isEqualTo(chosen.name("anonymous-1", true, Optional.empty()));
  }
}

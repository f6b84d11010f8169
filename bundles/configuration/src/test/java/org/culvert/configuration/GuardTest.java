package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GuardTest {
  private static final String GRE = "com.example.gre";

  private final Guard guard = new Guard(Samples::definitions, new Checks(List::of));

  @Test
  void whatIsMeantIsHandedOn() {
    Dictionary<String, Object> given = given(Samples.file(GRE, "KEY.Number", " 8 "));

    assertThat(Collections.list(given.keys())).contains("key.number").doesNotContain("KEY.Number");
    assertThat(given.get("key.number")).isEqualTo("8");
  }

  @Test
  void digitsOfOtherScriptsAreHandedOnAsEverybodyReadsThem() {
    Dictionary<String, Object> given =
        given(Samples.file(GRE, "key.number", "\u0663\u0666\u0660\u0660"));

    assertThat(given.get("key.number")).isEqualTo("3600");
  }

  @Test
  void componentIsNotStartedWithWhatMeansNothing() {
    Dictionary<String, Object> given = given(Samples.file(GRE, "checksum", "yes"));

    assertThat(given.get(Guard.CONDITION)).isEqualTo(Guard.NEVER);
    assertThat(guard.keeps(GRE)).isFalse();
  }

  @Test
  void componentThatHadSomethingRightGoesOnWithIt() {
    given(Samples.file(GRE, "checksum", "true"));

    Dictionary<String, Object> given = given(Samples.file(GRE, "key.number", "eight"));

    assertThat(given.get("checksum")).isEqualTo("true");
    assertThat(Collections.list(given.keys())).doesNotContain("key.number", Guard.CONDITION);
  }

  @Test
  void deletedConfigurationIsInForceNoMore() {
    given(Samples.file(GRE, "checksum", "true"));
    guard.forget(GRE);

    assertThat(given(Samples.file(GRE, "checksum", "yes")).get(Guard.CONDITION))
        .isEqualTo(Guard.NEVER);
  }

  @Test
  void severalAreKeptApart() {
    given(Samples.oneOf("com.example.peer", "one", "key.number", "1"));

    Dictionary<String, Object> given =
        given(Samples.oneOf("com.example.peer", "two", "key.number", "two"));

    assertThat(given.get(Guard.CONDITION)).isEqualTo(Guard.NEVER);
  }

  @Test
  void filesOfOthersAreNotTouched() {
    Dictionary<String, Object> given = given(Samples.file("org.apache.karaf.shell", "X", " 1 "));

    assertThat(given.get("X")).isEqualTo(" 1 ");
    assertThat(List.of(given.size())).containsExactly(3);
  }

  private Dictionary<String, Object> given(Dictionary<String, Object> properties) {
    guard.modifyConfiguration(null, properties);
    return properties;
  }

  @Test
  void oneOfSeveralWithoutANameIsNotHandedOn() {
    Dictionary<String, Object> written = Samples.file("com.example.gre.pool", "key.number", "1");
    Guard all = new Guard(Samples::definitions, new Checks(List::of));

    all.modifyConfiguration(null, written);

    assertThat(written.get(Guard.CONDITION)).isEqualTo(Guard.NEVER);
    Definition definition = Samples.definitions().get("com.example.gre.pool");
    assertThat(Examination.of(Written.of(written), definition, List.of()).refusals())
        .contains(
            "etc/com.example.gre.pool.cfg: there may be several;"
                + " call it com.example.gre.pool-NAME.cfg");
  }

  @Test
  void whatNeverRanIsNotInForce() {
    given(Samples.file(GRE, "key.number", "1"));
    given(Samples.file(GRE, "key.number", "eight"));
    assertThat(guard.keeps(GRE)).isFalse();

    guard.prove(Set.of(GRE), Set.of(GRE), Set.of(GRE));
    assertThat(guard.keeps(GRE)).isTrue();
  }
}

package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Dictionary;
import java.util.List;
import java.util.Set;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectionTest {
  private static final String GRE = "com.example.gre";
  private static final Set<String> INSTALLED = Set.of("ANONYMOUS", "SCRAM-SHA-256");

  @ParameterizedTest
  @CsvSource({
    "key.numbr, etc/com.example.gre.cfg: there is no key.numbr; is key.number meant?",
    "colour, etc/com.example.gre.cfg: there is no colour; it is not read",
    "endpointpool, etc/com.example.gre.cfg: endpointpool is taken for endpointPool; write it so"
  })
  void unknownKeyIsToldWithTheNearest(String key, String told) {
    assertThat(look(Samples.file(GRE, key, "secret")))
        .containsExactly(new Mistake(GRE, false, told));
  }

  @ParameterizedTest
  @CsvSource({
    "service.ranking",
    "felix.fileinstall.filename",
    "org.apache.karaf.features.configKey",
    "server.target",
    ".private"
  })
  void keysOfTheFrameworkPass(String key) {
    assertThat(look(Samples.file(GRE, key, "1"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "key.number, eight, 'write a whole number, or leave it out for 7'",
    "key.number, 3000000000, 'write a whole number, or leave it out for 7'",
    "key.number, 1.5, 'write a whole number, or leave it out for 7'",
    "key.number, '', 'write a whole number, or leave it out for 7'",
    "asNumber, 65536x, 'write a whole number, or leave it out for 0'",
    "checksum, yes, 'write true or false, or leave it out for false'",
    "length, 600, 'write a number from 0 to 128, or leave it out for 0'",
    "length, -1, 'write a number from 0 to 128, or leave it out for 0'",
    "length, many, 'write a number from 0 to 128, or leave it out for 0'",
    "least, 2, 'write a number of at least 3, or leave it out for 5'",
    "most, 4, 'write a number of at most 3, or leave it out for 2'",
    "odd, x, 'write a whole number, or leave it out for 2'",
    "width, 31, 'write one of 32, 30, or leave it out for 32'",
    "width, many, 'write one of 32, 30, or leave it out for 32'",
    "order, strickt, 'write one of strict, any, or leave it out for strict'"
  })
  void valueThatMeansNothingIsRefused(String key, String value, String remedy) {
    assertThat(look(Samples.file(GRE, key, value)))
        .containsExactly(
            new Mistake(
                GRE,
                true,
                "etc/com.example.gre.cfg: %s = \"%s\": %s".formatted(key, value, remedy)));
  }

  @ParameterizedTest
  @CsvSource({
    "key.number, 8",
    "key.number, ' 8 '",
    "asNumber, 4200000000",
    "checksum, TRUE",
    "order, Any",
    "width, 30",
    "length, \u0663",
    "endpointPool, ''",
    "password, p w"
  })
  void valueOfItsTypePasses(String key, String value) {
    assertThat(look(Samples.file(GRE, key, value))).isEmpty();
  }

  @Test
  void valuesThatComeWithTheirTypePass() {
    assertThat(look(Samples.file(GRE, "key.number", 8))).isEmpty();
    assertThat(look(Samples.file(GRE, "udp.mechanisms", new String[] {"ANONYMOUS"}))).isEmpty();
    assertThat(look(Samples.file(GRE, "udp.mechanisms", List.of("ANONYMOUS")))).isEmpty();
  }

  @Test
  void markAtTheBeginningOfAFileIsNoPartOfItsFirstKey() {
    assertThat(look(Samples.file(GRE, "\uFEFFkey.number", "8"))).isEmpty();
  }

  @Test
  void octetsThatAreNoCharacterAreTold() {
    assertThat(look(Samples.file(GRE, "endpointPool", "j\uFFFDrg")))
        .extracting(Mistake::text)
        .containsExactly("etc/com.example.gre.cfg: endpointPool is not in UTF-8; write it so");
  }

  @Test
  // promises: P8
  void secretIsNotTold() {
    assertThat(look(Samples.file(GRE, "pin", "1234")))
        .allSatisfy(mistake -> assertThat(mistake.text()).doesNotContain("1234"))
        .hasSize(1);
  }

  @Test
  void eachOfSeveralIsLookedAt() {
    assertThat(look(Samples.oneOf("com.example.peer", "home", "chksum", "x")))
        .extracting(Mistake::text)
        .containsExactly("etc/com.example.peer-home.cfg: there is no chksum; is checksum meant?");
  }

  @Test
  void whatThereIsOneOfHasNoOthers() {
    assertThat(look(Samples.oneOf(GRE, "home", "checksum", "true")))
        .extracting(Mistake::text)
        .containsExactly(
            "etc/com.example.gre-home.cfg: there is only one, etc/com.example.gre.cfg");
  }

  @ParameterizedTest
  @CsvSource({
    "com.example.grre, nothing reads it; is com.example.gre.cfg meant?",
    "com.example.Peer, nothing reads it; is com.example.peer-NAME.cfg meant?",
    "org.culvert.routing.frr, nothing that is installed reads it; if it is for a feature that is"
        + " not installed: feature:install culvert-routing-frr"
  })
  void fileThatNobodyReadsIsTold(String pid, String told) {
    assertThat(look(Samples.file(pid, "server", "x")))
        .extracting(Mistake::text)
        .containsExactly("etc/" + pid + ".cfg: " + told);
  }

  /** As the framework hands on what it reads: what stands behind a hyphen is a name of several. */
  @ParameterizedTest
  @CsvSource({
    "Com.example.gre, com.example.gre.cfg",
    "example.gre, com.example.gre.cfg",
    "com-example-gre, com.example.gre.cfg",
    "com_example_gre, com.example.gre.cfg",
    "com.example.gre.cfg, com.example.gre.cfg",
    "cmo.example.peer, com.example.peer-NAME.cfg",
    "com.example.gre.pool_business, com.example.gre.pool-business.cfg",
    "com.example.gre.pool.business, com.example.gre.pool-business.cfg",
    "Com-Example-Gre-Pool-business.west, com.example.gre.pool-business.west.cfg",
    "example.peer-home, com.example.peer-home.cfg",
    "c0m.example.peer-home, com.example.peer-home.cfg",
    "gre, com.example.gre.cfg",
    "gre.pool-business, com.example.gre.pool-business.cfg",
    "com.example.pool-business, com.example.gre.pool-business.cfg",
    "com.example.pool_business, com.example.gre.pool-business.cfg"
  })
  void fileThatIsCalledAlmostSoIsTold(String stem, String right) {
    int hyphen = stem.indexOf('-');
    Dictionary<String, Object> properties =
        hyphen < 0
            ? Samples.file(stem, "x", "x")
            : Samples.oneOf(stem.substring(0, hyphen), stem.substring(hyphen + 1), "x", "x");

    assertThat(look(properties))
        .extracting(Mistake::text)
        .containsExactly("etc/" + stem + ".cfg: nothing reads it; is " + right + " meant?");
  }

  @ParameterizedTest
  @CsvSource({
    "pool_business, com.example.gre.pool-business.cfg",
    "pool.business, com.example.gre.pool-business.cfg",
    "pool-business, com.example.gre.pool-business.cfg",
    "Pools.business.prefix, com.example.gre.pool-business.cfg",
    "pool, com.example.gre.pool-NAME.cfg"
  })
  void keyOfWhatHasAFileOfItsOwnIsTold(String key, String file) {
    assertThat(look(Samples.file(GRE, key, "s3cret")))
        .extracting(Mistake::text)
        .containsExactly(
            "etc/com.example.gre.cfg: there is no "
                + key
                + "; each pool has a file of its own, etc/"
                + file);
  }

  @Test
  void filesOfOthersPass() {
    assertThat(look(Samples.file("org.apache.karaf.shell", "sshPort", "x"))).isEmpty();
    assertThat(look(Samples.file("com.example.billing", "x", "x"))).isEmpty();
    assertThat(look(Samples.file("org.culvert.undescribed", "x", "x"))).isEmpty();
    assertThat(look(Samples.file("nodots", "x", "x"))).isEmpty();
    assertThat(look(Samples.file("org.example.tap", "x", "x"))).isEmpty();
    assertThat(look(Samples.oneOf("com", "example-billing", "x", "x"))).isEmpty();
  }

  @Test
  void mechanismThatIsNotInstalledIsTold() {
    assertThat(look(Samples.file(GRE, "udp.mechanisms", "SCRAM-SHA256, KERBEROS, !PLIAN, *")))
        .extracting(Mistake::text)
        .containsExactly(
            "etc/com.example.gre.cfg: udp.mechanisms: no mechanism SCRAM-SHA256 is installed;"
                + " is SCRAM-SHA-256 meant?",
            "etc/com.example.gre.cfg: udp.mechanisms: no mechanism KERBEROS is installed,"
                + " but ANONYMOUS, SCRAM-SHA-256",
            "etc/com.example.gre.cfg: udp.mechanisms: no mechanism PLIAN is installed,"
                + " but ANONYMOUS, SCRAM-SHA-256");
  }

  @Test
  void mechanismIsLookedForUnderItsKeyInAnyCase() {
    assertThat(look(Samples.file(GRE, "UDP.mechanisms", "KERBEROS")))
        .extracting(Mistake::text)
        .anyMatch(line -> line.contains("no mechanism KERBEROS is installed"));
  }

  @Test
  void valueOfAKeyThatNobodyKnowsIsNotShown() {
    assertThat(look(Samples.file(GRE, "uqp.mechanisms", "s3cret")))
        .extracting(Mistake::text)
        .singleElement()
        .asString()
        .doesNotContain("s3cret");
  }

  @Test
  void whatIsStillToStartIsNotMissing() {
    Inspection early = inspection(false, false);

    assertThat(early.of(List.of(written(Samples.file("org.culvert.client", "x", "x"))))).isEmpty();
    assertThat(early.of(List.of(written(Samples.file(GRE, "udp.mechanisms", "X"))))).isEmpty();
  }

  @Test
  void whatIsStillInForceIsTold() {
    assertThat(inspection(true, true).of(List.of(written(Samples.file(GRE, "checksum", "yes")))))
        .extracting(Mistake::text)
        .singleElement()
        .asString()
        .endsWith("; what was there before is still in force");
  }

  @Test
  void ofWhatIsNewNothingIsInForce() {
    assertThat(inspection(true, false).rejected("x", new Mistake(GRE, true, "no")))
        .isEqualTo(new Mistake(GRE, true, "no; what runs goes on without it"));
    assertThat(inspection(true, true).rejected("x", new Mistake(GRE, true, "no")))
        .isEqualTo(new Mistake(GRE, true, "no; what was there before is still in force"));
  }

  private static List<Mistake> look(Dictionary<String, Object> properties) {
    return inspection(true, false).of(List.of(written(properties)));
  }

  private static Inspection inspection(boolean settled, boolean kept) {
    return new Inspection(
        Samples.definitions(), Set.of("org.culvert.undescribed"), INSTALLED, settled, pid -> kept);
  }

  private static Written written(Dictionary<String, Object> properties) {
    return Written.of(properties);
  }
}

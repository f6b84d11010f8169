package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstallationTest {
  @TempDir Path root;
  private Folders folders;
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void unpack() throws IOException {
    folders = Trees.installed(root);
  }

  private String start(String role) throws Refusal {
    return new Installation(folders, told::add).prepare(role);
  }

  @Test
  void firstStartIsABrokerAndTellsNothing() throws Refusal {
    assertThat(start("")).isEqualTo("broker");
    assertThat(told).isEmpty();
  }

  /** Whoever reads from a pipe waits for somebody to write. */
  @Test
  @Timeout(60)
  void aPipeInPlaceOfTheRoleIsNoRole() throws Exception {
    Path role = folders.kept().resolve("role.properties");
    assertThat(new ProcessBuilder("mkfifo", role.toString()).start().waitFor()).isZero();

    assertThat(start("")).isEqualTo("broker");
    assertThat(role).isRegularFile();
  }

  @Test
  void completeCacheIsStartedAsItIs() throws Exception {
    start("client");
    Trees.complete(folders, "client");

    assertThat(start("")).isEqualTo("client");
    assertThat(told).isEmpty();
    assertThat(Trees.bundles(folders)).hasSize(2);
  }

  @Test
  void halfMadeInstallationIsMadeAnewAndLeasesStay() throws Exception {
    start("broker");
    Trees.complete(folders, "broker");
    Stamp.remove(folders.cache());
    Path leases = Files.writeString(folders.kept().resolve("leases.db"), "leases");

    assertThat(start("broker")).isEqualTo("broker");
    assertThat(told).singleElement().asString().contains("not completed", "leases and users stay");
    assertThat(folders.cache()).doesNotExist();
    assertThat(leases).hasContent("leases");
  }

  /** The framework would drop such a bundle without a word. */
  @Test
  void cutOrChangedJarIsToldAndHealed() throws Exception {
    for (String damaged : List.of("P", "PX", "PKK")) {
      told.clear();
      Trees.complete(folders, "broker");
      Files.writeString(folders.cache().resolve("bundle2/version0.0/bundle.jar"), damaged);

      start("broker");

      assertThat(told)
          .singleElement()
          .asString()
          .contains("bundle2 (mvn:org.culvert/two/1) is damaged or gone");
      assertThat(folders.cache()).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bundle2/bundle.info",
        "bundle1/version0.0/revision.location",
        "bundle2/version0.0/bundle.jar"
      })
  void emptiedFileOfABundleIsToldAndHealed(String file) throws Exception {
    Trees.complete(folders, "broker");
    Files.writeString(folders.cache().resolve(file), "");

    start("broker");

    assertThat(told).singleElement().asString().contains(file.replaceFirst("/.*", ""), "damaged");
    assertThat(folders.cache()).doesNotExist();
  }

  @Test
  void lostBundleIsToldAndHealed() throws Exception {
    Trees.complete(folders, "broker");
    Path bundle = folders.cache().resolve("bundle1");
    new BundleCache(bundle).clear();

    start("broker");

    assertThat(told).singleElement().asString().contains("bundle1", "/opt/one.jar");
    assertThat(folders.cache()).doesNotExist();
  }

  @Test
  void cutStateOfKarafIsToldAndHealed() throws Exception {
    Trees.complete(folders, "broker");
    Path data = Files.createDirectories(folders.cache().resolve("bundle2/data"));
    Files.writeString(data.resolve("state.json"), "{\"bootDone\":tr");

    start("broker");

    assertThat(told).singleElement().asString().contains("state.json");
    assertThat(folders.cache()).doesNotExist();
  }

  @Test
  void anotherRoleIsToldAndObeyedAndRemembered() throws Exception {
    start("broker");
    Trees.complete(folders, "broker");

    assertThat(start("client")).isEqualTo("client");
    assertThat(told).singleElement().asString().contains("the role was broker and is client now");
    assertThat(folders.cache()).doesNotExist();
    assertThat(start("")).isEqualTo("client");
  }

  @Test
  void anotherVersionOfCulvertInstallsItsOwnBundles() throws Exception {
    Trees.complete(folders, "broker");
    Files.writeString(folders.home().resolve("lib/build"), "two\n");

    start("broker");

    assertThat(told).singleElement().asString().contains("another version");
    assertThat(folders.cache()).doesNotExist();
  }

  @Test
  void bundleThatTheOperatorAddedSinceIsNoFault() throws Exception {
    Trees.complete(folders, "broker");
    Trees.bundle(folders, 3, "file:/root/own.jar");

    start("broker");

    assertThat(told).isEmpty();
    assertThat(Trees.bundles(folders)).hasSize(3);
  }

  private Path roles() {
    return folders.etc().resolve("custom.system.properties");
  }

  @Test
  void whatARoleInstallsIsReadAsKarafReadsIt() {
    assertThat(BootFeatures.of(folders, "all").all())
        .containsExactlyInAnyOrder(
            "framework",
            "shell",
            "culvert-broker",
            "culvert-accounts-file",
            "culvert-client",
            "culvert-start");
    BootFeatures broker = BootFeatures.of(folders, "broker");
    assertThat(broker.lackedBy(broker.all())).isEmpty();
    assertThat(broker.lackedBy(Set.of("framework", "culvert-start")))
        .containsExactly("culvert-accounts-file", "culvert-broker");
  }

  /** Else an installation without the broker would be called complete. */
  @Test
  void roleWithoutItsFeaturesIsRefusedBeforeAnythingIsInstalledOrDeleted() throws Exception {
    for (String cut : List.of("culvert.role = broker\n", "culvert.features.broker = culvert-bro")) {
      Files.writeString(roles(), cut);

      assertThatThrownBy(() -> start("broker"))
          .isInstanceOf(Refusal.class)
          .hasMessageContaining(roles() + " has no \"culvert.features.broker\" with culvert-broker")
          .hasMessageContaining("tar -xzf ");
    }
    Trees.complete(folders, "broker");
    assertThatThrownBy(() -> start("client")).hasMessageContaining("with culvert-client");
    assertThat(Trees.bundles(folders)).hasSize(2);
  }

  @Test
  void cutListOfFeaturesIsRefused() throws Exception {
    Path file = folders.etc().resolve("org.apache.karaf.features.cfg");
    Files.writeString(file, "featuresBoot = framework, ${culvert.features.${culvert.role}}, culv");

    assertThatThrownBy(() -> start("broker"))
        .hasMessageContaining(file + " has no \"featuresBoot\" with all of the role and")
        .hasMessageContaining("culvert-start");
  }

  @Test
  void otherFeaturesAreToldAndInstalled() throws Exception {
    Trees.complete(folders, "broker");
    String whole = Files.readString(roles());
    Files.writeString(roles(), whole.replace("culvert-accounts-file", "culvert-accounts-sql"));

    start("broker");

    assertThat(told)
        .singleElement()
        .asString()
        .contains("the configuration names other features than before", "installed anew");
    assertThat(folders.cache()).doesNotExist();
  }

  /** What ran yesterday is not thrown away for half a file. */
  @Test
  void completeCacheIsStartedThoughTheListWasCut() throws Exception {
    for (String left : List.of("# What each", "culvert.features.broker = culvert-broker")) {
      told.clear();
      Trees.complete(folders, "broker");
      Files.writeString(roles(), left);

      assertThat(start("broker")).isEqualTo("broker");

      assertThat(told)
          .singleElement()
          .asString()
          .contains(roles() + " does not end", "culvert-accounts-file", "end its last line");
      assertThat(Trees.bundles(folders)).hasSize(2);
      Trees.installed(root);
    }
  }

  @Test
  void roleThatThereIsNotIsRefused() throws Exception {
    Files.writeString(folders.kept().resolve("role.properties"), "role=bro\n");

    assertThatThrownBy(() -> start("")).hasMessageContaining("say which: culvert broker");
    assertThat(start("client")).isEqualTo("client");
  }
}

package org.culvert.itests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatchers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the bundles to the table of who may import whom. */
class HouseRulesTest {

  /** What each bundle may see beside the JDK, compile-time annotations and its own packages. */
  private static final Map<String, List<String>> MAY_SEE =
      Map.ofEntries(
          Map.entry("api", List.of()),
          Map.entry("protocol", List.of("org.culvert.api..")),
          Map.entry(
              "transport",
              List.of("org.culvert.api..", "org.culvert.protocol..", "io.netty..", "org.slf4j..")),
          // Shares nothing with what it examines; reads XML with what the JDK has.
          Map.entry("conformance", List.of("org.w3c.dom..", "org.xml.sax..")),
          Map.entry("broker", List.of("org.culvert.api..", "org.slf4j..")),
          Map.entry("endpoint", List.of("org.culvert.api..", "org.slf4j..")),
          Map.entry("client", List.of("org.culvert.api..", "org.slf4j..", "org.osgi.framework..")),
          Map.entry("datapath/userspace", List.of("org.culvert.api..", "org.slf4j..")),
          Map.entry("datapath/kernel", List.of("org.culvert.api..", "org.slf4j..")),
          Map.entry("netdev/linux", List.of("org.culvert.api..", "com.sun.jna..")),
          Map.entry("sasl/anonymous", List.of("org.culvert.api..")),
          Map.entry("sasl/plain", List.of("org.culvert.api..")),
          Map.entry("sasl/digest-md5", List.of("org.culvert.api..")),
          Map.entry(
              "sasl/scram", List.of("org.culvert.api..", "com.ongres..", "org.osgi.framework..")),
          Map.entry("sasl/external", List.of("org.culvert.api..")),
          Map.entry(
              "tls/bouncycastle",
              List.of("org.culvert.api..", "org.bouncycastle..", "org.slf4j..")),
          Map.entry("encapsulation/v6v4", List.of("org.culvert.api..")),
          Map.entry("encapsulation/v6udpv4", List.of("org.culvert.api..")),
          Map.entry("encapsulation/v4v6", List.of("org.culvert.api..")),
          Map.entry("provisioning", List.of("org.culvert.api..", "org.slf4j..")),
          Map.entry(
              "dns/update",
              List.of(
                  "org.culvert.api..", "org.slf4j..", "org.xbill.DNS..", "org.osgi.framework..")),
          Map.entry("routing/static", List.of("org.culvert.api..")),
          Map.entry("routing/frr", List.of("org.culvert.api..", "org.slf4j..")),
          Map.entry("routing/bird", List.of("org.culvert.api..", "org.slf4j..")),
          Map.entry(
              "registry",
              List.of(
                  "org.culvert.api..",
                  "org.slf4j..",
                  "com.fasterxml.jackson.core..",
                  "com.sun.net.httpserver..")),
          Map.entry("lan/radvd", List.of("org.culvert.api..", "org.slf4j..")),
          Map.entry(
              "lease/jdbc",
              List.of("org.culvert.api..", "org.slf4j..", "org.sqlite..", "org.osgi.framework..")),
          Map.entry(
              "accounts/file",
              List.of("org.culvert.api..", "org.slf4j..", "org.bouncycastle..", "com.ongres..")),
          Map.entry(
              "start",
              List.of(
                  "org.culvert.api..",
                  "org.apache.karaf.features..",
                  "org.apache.karaf.main..",
                  "org.osgi.framework..",
                  "org.slf4j..",
                  "sun.misc..")),
          // Reads XML with what the JDK has.
          Map.entry(
              "configuration",
              List.of(
                  "org.culvert.api..",
                  "org.osgi.framework..",
                  "org.osgi.service.cm..",
                  "org.osgi.service.component.runtime..",
                  "org.slf4j..",
                  "org.w3c.dom..",
                  "org.xml.sax..")),
          Map.entry("log", List.of("org.culvert.api..", "org.slf4j..")),
          // Karaf's SSH server is a service of this type.
          Map.entry("ssh", List.of("org.culvert.api..", "org.apache.sshd..", "org.slf4j..")),
          Map.entry(
              "commands",
              List.of(
                  "org.culvert.api..",
                  "org.apache.felix.service.command..",
                  "org.apache.karaf..",
                  "org.osgi.framework..",
                  "org.osgi.service.component.runtime..")));

  /** The one package that sees XML, and what it sees. */
  private static final String XML_PACKAGE = "org.culvert.protocol.xml";

  private static final List<String> XML =
      List.of(
          "com.fasterxml.jackson.dataformat..",
          "com.fasterxml.jackson.databind..",
          "com.fasterxml.jackson.annotation..",
          "com.ctc.wstx..",
          "org.codehaus.stax2..",
          "javax.xml.stream..");

  /** What writes JSON, too. */
  private static final String JACKSON_CORE = "com.fasterxml.jackson.core..";

  private static final List<String> EVERYBODY_SEES =
      List.of(
          "java..",
          "javax..",
          "org.jspecify.annotations",
          "org.osgi.annotation..",
          "org.osgi.service.component.annotations",
          "org.osgi.service.metatype.annotations");

  private static final Path BUNDLES =
      Path.of(System.getProperty("culvert.root", "..")).resolve("bundles");

  private static final String TESTKIT = "testkit";

  @Test
  void knowsEveryBundle() throws IOException {
    assertThat(bundlesOnDisk()).containsAll(MAY_SEE.keySet()).contains(TESTKIT);
    assertThat(bundlesOnDisk())
        .allMatch(bundle -> MAY_SEE.containsKey(bundle) || bundle.equals(TESTKIT));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void bundleHasClasses(String bundle) throws IOException {
    assertThat(hasClasses(bundle)).as("%s was compiled", classesOf(bundle)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void bundleSeesOnlyWhatItsRowOfTheTableNames(String bundle) throws IOException {
    String own = ownPackages(bundle);

    classes()
        .that(
            describe("stand outside " + XML_PACKAGE, c -> !c.getPackageName().equals(XML_PACKAGE)))
        .should()
        .onlyDependOnClassesThat(
            areIn(own, MAY_SEE.get(bundle)).and(DescribedPredicate.not(areXml())))
        .check(read(bundle));
  }

  @Test
  void xmlPackageSeesXmlAndTheApi() {
    classes()
        .that()
        .resideInAPackage(XML_PACKAGE)
        .should()
        .onlyDependOnClassesThat(
            areIn(ownPackages("protocol"), List.of("org.culvert.api..", JACKSON_CORE)).or(areXml()))
        .check(read("protocol"));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void packagesOfABundleFormNoCircle(String bundle) throws IOException {
    slices().assignedFrom(packages()).should().beFreeOfCycles().check(read(bundle));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void everyExportedPackageIsNullMarked(String bundle) throws IOException {
    List<JavaClass> exported = new ArrayList<>();
    for (JavaClass c : read(bundle)) {
      if (c.getSimpleName().equals("package-info")
          && c.isAnnotatedWith("org.osgi.annotation.bundle.Export")) {
        exported.add(c);
      }
    }

    assertThat(exported).allMatch(c -> c.isAnnotatedWith("org.jspecify.annotations.NullMarked"));
    if (bundle.equals("api")) {
      assertThat(exported).isNotEmpty();
    }
  }

  private static Stream<String> bundles() {
    return MAY_SEE.keySet().stream().sorted();
  }

  private static List<String> bundlesOnDisk() throws IOException {
    try (Stream<Path> files = Files.walk(BUNDLES, 3)) {
      return files
          .filter(file -> file.endsWith("pom.xml"))
          .map(file -> BUNDLES.relativize(file.getParent()).toString())
          .filter(bundle -> !bundle.isEmpty())
          .toList();
    }
  }

  private static Path classesOf(String bundle) {
    return BUNDLES.resolve(bundle).resolve("target/classes");
  }

  private static boolean hasClasses(String bundle) throws IOException {
    if (!Files.isDirectory(classesOf(bundle))) {
      return false;
    }
    try (Stream<Path> files = Files.walk(classesOf(bundle))) {
      return files.anyMatch(file -> file.toString().endsWith(".class"));
    }
  }

  private static JavaClasses read(String bundle) {
    return new ClassFileImporter().importPath(classesOf(bundle));
  }

  /** {@code sasl/digest-md5} lives in {@code org.culvert.sasl.digestmd5}. */
  private static String ownPackages(String bundle) {
    String path = bundle.replace("-", "").replace('/', '.');
    // A keyword of Java names no package.
    return "org.culvert." + path.replaceFirst("\\.static$", ".static_") + "..";
  }

  private static DescribedPredicate<JavaClass> areIn(String own, List<String> others) {
    List<String> all = new ArrayList<>(EVERYBODY_SEES);
    all.add(own);
    all.addAll(others);
    PackageMatchers matchers = PackageMatchers.of(all);
    return describe(
        "are in " + own + " or " + others,
        c ->
            c.getBaseComponentType().isPrimitive()
                || matchers.test(c.getBaseComponentType().getPackageName()));
  }

  private static DescribedPredicate<JavaClass> areXml() {
    PackageMatchers matchers = PackageMatchers.of(XML);
    return describe("are for XML", c -> matchers.test(c.getBaseComponentType().getPackageName()));
  }

  private static SliceAssignment packages() {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass c) {
        return c.getPackageName().startsWith("org.culvert.")
            ? SliceIdentifier.of(c.getPackageName())
            : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "packages";
      }
    };
  }
}

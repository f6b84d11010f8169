package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every fuzz test of the bundles under coverage guidance for a while, each in a JVM of its own
 * with one thread: two at once.
 *
 * <p>{@code -Dculvert.fuzz.seconds=86400 -Dculvert.fuzz.target=RequestXmlFuzz} makes the run long
 * and picks a target. What a run discovers is kept in {@code target/fuzz/NAME/corpus}, and an input
 * that breaks a promise in {@code target/fuzz/NAME/crash-*}; copied into the target's {@code
 * Inputs} directory under {@code src/test/resources} it is tried in every build from then on.
 */
class FuzzIT {
  private static final Path BUNDLES =
      Path.of(System.getProperty("culvert.root", "..")).resolve("bundles");
  private static final String SOURCES = "src/test/java";
  private static final int SECONDS = Integer.getInteger("culvert.fuzz.seconds", 5);
  private static final Duration START = Duration.ofMinutes(10);

  /** One fuzz test. */
  record Target(Path module, String className) {
    String name() {
      return className.substring(className.lastIndexOf('.') + 1);
    }

    /** What is always tried first, beside the golden octets that the target itself names. */
    Path seeds() {
      return module.resolve("src/test/resources").resolve(className.replace('.', '/') + "Inputs");
    }

    @Override
    public String toString() {
      return name();
    }
  }

  @Test
  void everyParserHasATarget() throws IOException {
    assertThat(all().map(Target::name))
        .contains("FrameFuzz", "HeaderFuzz", "BrokerLineFuzz", "RequestXmlFuzz", "ReplyXmlFuzz")
        .contains("SessionStreamFuzz", "SessionDatagramsFuzz", "ClientRepliesFuzz")
        .contains("PlainMessageFuzz", "DigestResponseFuzz", "DigestChallengeFuzz")
        .contains("ScramServerFuzz", "ScramClientFuzz")
        .contains("InnerPacketFuzz", "AddressFuzz", "UserLineFuzz");
  }

  @ParameterizedTest
  @MethodSource("targets")
  @Execution(ExecutionMode.CONCURRENT)
  void findsNothing(Target target) throws IOException, InterruptedException {
    Path kept = Files.createDirectories(Path.of("target", "fuzz", target.name()));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                classpath(target.module()),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.className(),
                "--instrumentation_includes=org.culvert.**",
                "--reproducer_path=" + kept,
                "-artifact_prefix=" + kept + "/",
                // It counts the machine's memory that a JVM may reserve and never uses.
                "-rss_limit_mb=0",
                "-max_total_time=" + SECONDS,
                Files.createDirectories(kept.resolve("corpus")).toString()));
    if (Files.isDirectory(target.seeds())) {
      command.add(target.seeds().toString());
    }
    File log = kept.resolve("log.txt").toFile();

    Process run = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    boolean ended =
        run.waitFor(Duration.ofSeconds(SECONDS).plus(START).toSeconds(), TimeUnit.SECONDS);
    run.destroyForcibly();

    String told = Files.readString(log.toPath());
    assertThat(ended).as("ended in time: %s", log).isTrue();
    assertThat(run.exitValue()).as(told).isZero();
    assertThat(told).as("runs that were made").containsPattern("Done [1-9]\\d* runs");
  }

  static Stream<Target> targets() throws IOException {
    String wanted = System.getProperty("culvert.fuzz.target", "");
    return all().filter(target -> wanted.isEmpty() || target.name().equals(wanted));
  }

  private static Stream<Target> all() throws IOException {
    try (Stream<Path> files = Files.walk(BUNDLES)) {
      return files
          .filter(file -> file.toString().endsWith("Fuzz.java"))
          .filter(file -> file.toString().contains(SOURCES))
          .sorted()
          .map(FuzzIT::target)
          .toList()
          .stream();
    }
  }

  private static Target target(Path file) {
    String path = file.toString();
    int at = path.indexOf(SOURCES);
    String className = path.substring(at + SOURCES.length() + 1, path.length() - ".java".length());
    return new Target(Path.of(path.substring(0, at)), className.replace('/', '.'));
  }

  /** A module with fuzz tests writes its class path down while it is built. */
  private static String classpath(Path module) throws IOException {
    Path written = module.resolve("target/fuzz.classpath");
    assertThat(written)
        .as("%s sets fuzz.classpath.skip to false in its pom.xml", module)
        .isRegularFile();
    return String.join(
        File.pathSeparator,
        module.resolve("target/test-classes").toString(),
        module.resolve("target/classes").toString(),
        Files.readString(written).strip());
  }
}

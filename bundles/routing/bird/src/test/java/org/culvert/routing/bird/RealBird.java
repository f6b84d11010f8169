package org.culvert.routing.bird;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A BIRD of the test's own, in a namespace, with all its files in a directory of its own. */
final class RealBird implements AutoCloseable {
  private static final int LONGEST_DIRECTORY = 85;
  private static final String NEEDED =
      "protocol device { }\nprotocol kernel { ipv6 { export all; }; }\n";

  final Path directory;
  private final String namespace;
  private Process process;

  private RealBird(String namespace, Path directory) {
    this.namespace = namespace;
    this.directory = directory;
  }

  /** Starts a BIRD that an operator has configured as he should, and by more. */
  static RealBird start(String namespace, String more) throws IOException {
    Path here = Path.of("target", namespace).toAbsolutePath();
    // A socket's whole name must be shorter than 108 octets.
    Path place =
        here.toString().length() < LONGEST_DIRECTORY
            ? Files.createDirectories(here)
            : Files.createTempDirectory("bird");
    RealBird bird = new RealBird(namespace, place);
    Files.createDirectories(bird.included());
    bird.configure(NEEDED + "include \"" + bird.included() + "/*.conf\";\n" + more);
    bird.begin();
    return bird;
  }

  /** Writes what stands in bird.conf beside where it logs and who it is. */
  void configure(String configuration) throws IOException {
    Files.writeString(
        directory.resolve("bird.conf"),
        ("log \"" + directory.resolve("log") + "\" all;\nrouter id 192.0.2.")
            + ((namespace.endsWith("s") ? 1 : 2) + ";\n" + configuration));
  }

  void begin() throws IOException {
    process =
        new ProcessBuilder(
                List.of(
                    ("ip netns exec " + namespace + " " + Lab.BIRD + " -f -c " + directory)
                        .concat("/bird.conf -s " + socket() + " -P " + directory + "/pid")
                        .split(" ")))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(directory.resolve("output").toFile()))
            .start();
    Patience.until("BIRD answers, see " + directory, this::answers);
  }

  private boolean answers() {
    try (ControlSocket control = ControlSocket.connect(socket(), Duration.ofSeconds(5))) {
      return control.read().code() == 1;
    } catch (IOException e) {
      return false;
    }
  }

  void end() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }

  /** Lets BIRD hang, or go on. */
  void signal(String signal) throws IOException, InterruptedException {
    Lab.run("kill", "-" + signal, Long.toString(process.pid()));
  }

  /** Says something to BIRD by hand. */
  String say(String command) {
    try (ControlSocket control = ControlSocket.connect(socket(), Duration.ofSeconds(5))) {
      control.read();
      return control.ask(command).lines().stream()
          .map(Reply.Line::text)
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Path included() {
    return directory.resolve("culvert");
  }

  /** Returns the names of the files that BIRD includes. */
  List<String> files() throws IOException {
    try (var files = Files.list(included())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  /** Returns what tells the service to speak to this BIRD. */
  BirdSettings settings(Map<String, Object> values) {
    Map<String, Object> all = new HashMap<>(values);
    all.putIfAbsent("socket", socket().toString());
    all.putIfAbsent("directory", included().toString());
    // With a peer that starts later than they, all of them would let many seconds pass.
    all.putIfAbsent("connectRetry", 1);
    all.putIfAbsent("rip_update", 1);
    all.putIfAbsent("ospf_hello", 1);
    return Configs.settings(all);
  }

  private Path socket() {
    return directory.resolve("bird.ctl");
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}

package org.culvert.routing.frr;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An FRR of the test's own, in a namespace, with its sockets in a directory of its own. */
final class RealFrr implements AutoCloseable {
  private static final int LONGEST_DIRECTORY = 85;

  final Path directory;
  private final String namespace;
  private final Map<String, Process> daemons = new LinkedHashMap<>();

  private RealFrr(String namespace, Path directory) {
    this.namespace = namespace;
    this.directory = directory;
  }

  /** Starts daemons that are configured by nothing. */
  static RealFrr start(String namespace, String... daemons)
      throws IOException, InterruptedException {
    return start(namespace, Map.of(), daemons);
  }

  /** Starts daemons, some of them with a configuration. */
  static RealFrr start(String namespace, Map<String, String> configured, String... daemons)
      throws IOException, InterruptedException {
    RealFrr frr = new RealFrr(namespace, place(namespace));
    for (String daemon : daemons) {
      Files.writeString(frr.file(daemon, "conf"), configured.getOrDefault(daemon, ""));
    }
    for (String daemon : daemons) {
      frr.startDaemon(daemon);
    }
    return frr;
  }

  /** A socket's whole name must be shorter than 108 octets, and FRR's user has to get there. */
  private static Path place(String namespace) throws IOException, InterruptedException {
    Path here = Path.of("target", namespace).toAbsolutePath();
    Path place =
        here.toString().length() < LONGEST_DIRECTORY && isOpen(here.getParent().getParent())
            ? Files.createDirectories(here)
            : Files.createTempDirectory("frr");
    Lab.run("chown", "frr:frr", place.toString());
    Lab.run("chmod", "755", place.toString());
    return place;
  }

  private static boolean isOpen(Path directory) throws IOException {
    for (Path each = directory; each != null; each = each.getParent()) {
      if (!Files.getPosixFilePermissions(each).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  void startDaemon(String daemon) throws IOException {
    Files.deleteIfExists(file(daemon, "vty"));
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    command.add(Lab.DAEMONS.resolve(daemon).toString());
    command.addAll(List.of("-u", "frr", "-g", "frr", "-A", "127.0.0.1", "-P", "0"));
    command.addAll(List.of("--vty_socket", directory.toString()));
    command.addAll(List.of("-z", directory.resolve("zserv.api").toString()));
    command.addAll(List.of("-i", file(daemon, "pid").toString()));
    command.addAll(List.of("-f", file(daemon, "conf").toString()));
    Path log = file(daemon, "log");
    daemons.put(
        daemon,
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log.toFile()))
            .start());
    Lab.await(daemon + " answers, see " + log, () -> Files.exists(file(daemon, "vty")));
  }

  void stopDaemon(String daemon) throws InterruptedException {
    Process process = daemons.remove(daemon);
    process.destroyForcibly();
    process.waitFor();
  }

  /** Lets a daemon hang, or go on. */
  void signal(String daemon, String signal) throws IOException, InterruptedException {
    Lab.run("kill", "-" + signal, Long.toString(daemons.get(daemon).pid()));
  }

  /** Says something to FRR by hand. */
  String say(String... commands) {
    List<String> command = new ArrayList<>(List.of("vtysh", "--vty_socket", directory.toString()));
    for (String each : commands) {
      command.add("-c");
      command.add(each);
    }
    try {
      return Lab.run(command.toArray(String[]::new));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  String running() {
    return say("show running-config");
  }

  /** Returns what tells the service to speak to this FRR. */
  FrrSettings settings(Map<String, Object> values) {
    Map<String, Object> all = new HashMap<>(values);
    all.putIfAbsent("vtyDirectory", directory.toString());
    return FrrSettings.from(Configs.config(all));
  }

  private Path file(String daemon, String kind) {
    return directory.resolve(daemon + "." + kind);
  }

  @Override
  public void close() throws InterruptedException {
    for (String daemon : List.copyOf(daemons.keySet())) {
      stopDaemon(daemon);
    }
  }
}

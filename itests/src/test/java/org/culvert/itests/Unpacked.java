package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

/** The archive as its user unpacks it, with files that the user writes, and the shell. */
final class Unpacked {
  /** What no operator should have to read: what the runtime says of what is told in words. */
  static final String[] NOISE = {"\tat ", "FrameworkEvent", "ServiceException"};

  private final Path folder;
  private final Path home;
  private final SshShell shell;
  private final Map<Path, FileTime> written = new HashMap<>();

  /** Unpacks it below an empty folder; skips the test where no tunnels can be. */
  Unpacked(Path folder) throws IOException, InterruptedException {
    assumeTrue(
        "tunnels and namespaces need root",
        Files.isWritable(Path.of("/dev/net/tun"))
            && "root".equals(System.getProperty("user.name")));
    this.folder = folder;
    this.home = Files.createDirectory(folder.resolve("culvert"));
    this.shell = new SshShell(folder.resolve("key"));
    String archive = System.getProperty("culvert.assembly");
    Process tar =
        new ProcessBuilder("tar", "-xzf", archive, "-C", home.toString(), "--strip-components", "1")
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    shell.letIn(home);
  }

  Path etc() {
    return home.resolve("etc");
  }

  Path log() {
    return home.resolve("data/log/karaf.log");
  }

  Started start(String role) throws IOException {
    return Started.of(
        folder.resolve("said"), Map.of(), "", home.resolve("bin/culvert").toString(), role);
  }

  /** Returns what one command of the shell prints. */
  String run(Started started, String command) throws IOException, InterruptedException {
    return shell.run(started, command);
  }

  /** Returns the mistakes that the shell shows. */
  String told(Started started) throws IOException, InterruptedException {
    return run(started, "culvert:configuration");
  }

  /** Karaf looks at what was moved into its folder, and leaves it as it is. */
  void write(String file, String content) throws IOException {
    Path fresh = Files.writeString(home.resolve(file), content);
    // Some have passwords, which is told of a file that is open to all.
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
    Path place = etc().resolve(file);
    Files.move(fresh, place, StandardCopyOption.REPLACE_EXISTING);
    written.put(place, Files.getLastModifiedTime(place));
  }

  /** Deletes a file that the user wrote. */
  void delete(String file) throws IOException {
    Files.delete(etc().resolve(file));
    written.remove(etc().resolve(file));
  }

  /** Makes sure that nobody but the user wrote the files. */
  void assertNothingElseWrote() throws IOException {
    for (Map.Entry<Path, FileTime> one : written.entrySet()) {
      assertThat(Files.getLastModifiedTime(one.getKey())).as("%s", one).isEqualTo(one.getValue());
    }
  }
}

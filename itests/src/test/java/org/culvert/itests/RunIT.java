package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Promises about {@code karaf-assembly/run}: it runs what the sources say, and keeps what is its
 * user's. The build and the archive are small stand-ins.
 */
public class RunIT {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path project;
  private Path home;

  @Before
  public void project() throws IOException {
    project = folder.getRoot().toPath();
    home = project.resolve("karaf-assembly/target/culvert");
    write("karaf-assembly/src/main/karaf/etc/shipped.cfg", "first");
    program(
        "karaf-assembly/run",
        Files.readString(Path.of(System.getProperty("culvert.root"), "karaf-assembly/run")));
    // Packs what the "source" is into an archive like ours.
    program(
        "tools/mvn",
        """
        #!/bin/sh
        set -e
        root=$(mktemp -d)
        mkdir -p "$root/culvert-1/bin" "$root/culvert-1/lib" "$root/culvert-1/data"
        cp -r karaf-assembly/src/main/karaf/etc "$root/culvert-1/"
        printf '#!/bin/sh\\n[ "$1" != status ] || exit 3\\necho "started $*"\\n' >"$root/culvert-1/bin/culvert"
        chmod 755 "$root/culvert-1/bin/culvert"
        cat karaf-assembly/src/main/karaf/etc/* | sha256sum >"$root/culvert-1/lib/build"
        mkdir -p karaf-assembly/target
        tar -czf karaf-assembly/target/culvert-1.tar.gz -C "$root" culvert-1
        rm -rf "$root"
        """);
  }

  @Test
  public void buildsOnceAndThenRunsWhatIsThere() throws Exception {
    assertThat(run()).contains("building", "unpacked into " + home, "started broker shell");
    assertThat(run("client")).isEqualTo("started client shell\n");
  }

  @Test
  public void changedSourceIsBuiltAnewAndConfigurationAndDataStay() throws Exception {
    run();
    Files.createDirectories(home.resolve("data"));
    Files.writeString(home.resolve("data/leases"), "mine");
    Files.writeString(home.resolve("etc/own.cfg"), "mine");

    change("karaf-assembly/src/main/karaf/etc/shipped.cfg", "second");

    assertThat(run())
        .contains("karaf-assembly/src/main/karaf/etc/shipped.cfg is newer", "unpacking anew")
        .endsWith("started broker shell\n");
    assertThat(home.resolve("etc/shipped.cfg")).hasContent("second");
    assertThat(home.resolve("data/leases")).hasContent("mine");
    assertThat(home.resolve("etc/own.cfg")).hasContent("mine");
  }

  @Test
  public void fileThatItsUserChangedStaysAndTheNewOneIsBesideIt() throws Exception {
    run();
    Files.writeString(home.resolve("etc/shipped.cfg"), "mine");

    change("karaf-assembly/src/main/karaf/etc/shipped.cfg", "second");

    assertThat(run()).contains("etc/shipped.cfg is yours and stays");
    assertThat(home.resolve("etc/shipped.cfg")).hasContent("mine");
    assertThat(home.resolve("etc/shipped.cfg.new")).hasContent("second");
    assertThat(run()).isEqualTo("started broker shell\n");
  }

  @Test
  public void brokenBuildStartsNothing() throws Exception {
    program("tools/mvn", "#!/bin/sh\nexit 1\n");

    assertThat(run()).contains("the build failed").doesNotContain("started");
  }

  private String run(String... words) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(project.resolve("karaf-assembly/run").toString())
            .redirectErrorStream(true);
    builder.command().addAll(List.of(words));
    builder
        .environment()
        .merge("PATH", project.resolve("tools").toString(), (old, tools) -> tools + ":" + old);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  /** Writes a file that is newer than every other, whatever the clock's step is. */
  private void change(String file, String content) throws IOException {
    write(file, content);
    Files.setLastModifiedTime(project.resolve(file), FileTime.from(Instant.now().plusSeconds(2)));
    // The next archive is newer than it.
    program(
        "tools/mvn",
        Files.readString(project.resolve("tools/mvn"))
            + "touch -d '+5 seconds' karaf-assembly/target/culvert-1.tar.gz\n");
  }

  private void program(String file, String content) throws IOException {
    write(file, content);
    Files.setPosixFilePermissions(
        project.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void write(String file, String content) throws IOException {
    Path path = project.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
  }
}

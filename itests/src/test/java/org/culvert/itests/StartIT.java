package org.culvert.itests;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Promises about starting and ending the archive as its user does: in the shell, by signals, by
 * crashes.
 */
public class StartIT {
  private static final Map<String, String> NOTHING = Map.of();

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path home;
  private int outputs;

  @Before
  public void unpack() throws IOException, InterruptedException {
    assumeTrue(
        "tunnels and namespaces need root",
        Files.isWritable(Path.of("/dev/net/tun"))
            && "root".equals(System.getProperty("user.name")));
    home = folder.newFolder("culvert").toPath();
    run(
        "tar",
        "-xzf",
        System.getProperty("culvert.assembly"),
        "-C",
        home.toString(),
        "--strip-components",
        "1");
  }

  /** What a user types before anything is started, and what may be wrong with it. */
  @Test
  public void saysWhatItCanDo() throws Exception {
    assertThat(end("--help")).isZero();
    assertThat(lastSaid()).contains("Usage: culvert", "KARAF_DATA", "SIGTERM with 143");
    assertThat(end("--version")).isZero();
    assertThat(lastSaid()).startsWith("Culvert 0.").hasLineCount(1);
    assertThat(end("status")).isEqualTo(3);
    assertThat(lastSaid()).contains("not running");
    assertThat(end("stop")).isZero();
    assertThat(end("status", "elsewhere")).isEqualTo(1);
    assertThat(lastSaid()).contains("\"elsewhere\"", "KARAF_DATA").hasLineCount(1);
    assertThat(end("brokr")).isEqualTo(1);
    assertThat(lastSaid()).contains("\"brokr\"", "--help").hasLineCount(1);
    assertThat(end("broker", "shel")).isEqualTo(1);
    assertThat(lastSaid()).contains("\"shel\"").hasLineCount(1);
    assertThat(end("client")).isEqualTo(1);
    assertThat(lastSaid()).contains(home + "/etc/org.culvert.client.cfg", "server = ");
  }

  /** A folder has many spellings, and some names mean something else to Java or Karaf. */
  @Test
  public void knowsItsFolderInEachSpelling() throws Exception {
    Path java = javaThatEndsAtOnce();
    Path data = folder.newFolder("a\\b").toPath();
    Path link = folder.getRoot().toPath().resolve("link");
    Files.createSymbolicLink(link, data);
    try (Started started =
        Started.of(
            output(),
            Map.of("JAVA_HOME", java.toString(), "KARAF_DATA", link + "/./"),
            "",
            command("broker"))) {
      assertThat(started.awaitEnd()).isZero();
    }
    assertThat(lastSaid()).contains("-Dkaraf.data=" + data.toRealPath() + "\n");

    for (String name : List.of("a:b", "a%41b", "a${user.name}b")) {
      try (Started started =
          Started.of(
              output(),
              Map.of("KARAF_DATA", folder.getRoot() + "/" + name),
              "",
              command("broker"))) {
        assertThat(started.awaitEnd()).isEqualTo(1);
      }
      assertThat(lastSaid()).contains(name, "use another").hasLineCount(1);
    }
  }

  /** Or nobody would ever learn it. */
  @Test
  public void passwordThatCouldNotBeShownIsNotKept() throws Exception {
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME",
            javaThatEndsAtOnce().toString(),
            "KARAF_ETC",
            folder.getRoot() + "/new-etc");
    Path users = folder.getRoot().toPath().resolve("new-etc/users.properties");
    for (String closed : List.of(">&-", ">/dev/full")) {
      String[] deaf = {"sh", "-c", "exec \"$0\" broker " + closed, command()[0]};
      try (Started started = Started.of(output(), environment, "", deaf)) {
        assertThat(started.awaitEnd()).isZero();
      }
      assertThat(users).content().doesNotContain("admin");
    }

    try (Started started = Started.of(output(), environment, "", command("broker"))) {
      assertThat(started.awaitEnd()).isZero();
    }
    assertThat(lastSaid()).contains("the password is");
    assertThat(users).content().contains("admin = {CRYPT}");
  }

  /** Nobody writes into it, and who reads would wait for ever. */
  @Test
  public void waitsAtNoPipe() throws Exception {
    Path data = folder.newFolder("piped").toPath();
    Path role = Files.createDirectory(data.resolve("culvert")).resolve("role.properties");
    run("mkfifo", role.toString(), data.resolve("culvert.pid").toString());
    Map<String, String> environment =
        Map.of("JAVA_HOME", javaThatEndsAtOnce().toString(), "KARAF_DATA", data.toString());
    try (Started started = Started.of(output(), environment, "", command("broker"))) {
      assertThat(started.awaitEnd()).isZero();
    }

    Path etc = folder.newFolder("piped-etc").toPath();
    Files.createFile(etc.resolve("config.properties"));
    run("mkfifo", etc.resolve("users.properties").toString());
    try (Started started =
        Started.of(output(), Map.of("KARAF_ETC", etc.toString()), "", command("broker"))) {
      assertThat(started.awaitEnd()).isEqualTo(1);
    }
    assertThat(lastSaid()).contains(etc + "/users.properties is a pipe").hasLineCount(1);
    Files.delete(etc.resolve("users.properties"));
    run("mkfifo", etc.resolve("org.culvert.client.cfg").toString());
    try (Started started =
        Started.of(output(), Map.of("KARAF_ETC", etc.toString()), "", command("broker"))) {
      assertThat(started.awaitEnd()).isEqualTo(1);
    }
    assertThat(lastSaid()).contains(etc + "/org.culvert.client.cfg is a pipe").hasLineCount(1);
  }

  @Test
  public void saysThatTooFewFilesMayBeOpen() throws Exception {
    Map<String, String> environment = Map.of("JAVA_HOME", javaThatEndsAtOnce().toString());
    String[] few = {"sh", "-c", "ulimit -n 128; exec \"$0\" broker", command()[0]};
    try (Started started = Started.of(output(), environment, "", few)) {
      assertThat(started.awaitEnd()).isZero();
    }
    assertThat(lastSaid()).contains("no more than 128 files may be open", "LimitNOFILE=");
  }

  /** Says what it was asked to run, instead of running it. */
  private Path javaThatEndsAtOnce() throws IOException {
    Path program = folder.newFolder("java", "bin").toPath().resolve("java");
    Files.writeString(
        program,
        "#!/bin/sh\n[ \"$1\" != -version ] || { echo 'openjdk version \"17\"' >&2; exit; }\n"
            + "printf '%s\\n' \"$@\" 2>/dev/null\nexit 0\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program.getParent().getParent();
  }

  /** Nothing starts Karaf past bin/culvert, and the archive brings what its licences require. */
  @Test
  public void archiveHasWhatItsUserNeeds() throws IOException {
    try (Stream<Path> programs = Files.list(home.resolve("bin"))) {
      assertThat(programs.map(file -> file.getFileName().toString())).containsExactly("culvert");
    }
    assertThat(home.resolve("LICENSE")).content().contains("Apache License");
    assertThat(Files.readAllLines(home.resolve("NOTICE")))
        .contains("Culvert", "# Jackson JSON processor", "Apache Felix Framework");
    assertThat(home.resolve("README")).content().contains("bin/culvert broker shell");
    assertThat(home.resolve("systemd/culvert@.service"))
        .content()
        .contains(
            "Type=notify",
            "AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW",
            "Restart=on-failure",
            "SuccessExitStatus=143");
    try (Stream<Path> licences = Files.list(home.resolve("licenses"))) {
      assertThat(licences.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("jna-"))
          .anyMatch(name -> name.startsWith("bcprov-"));
    }
  }

  /** What a full disk or a power cut leaves of Karaf's own files is told before Karaf starts. */
  @Test
  public void namesEmptiedFilesOfItsConfiguration() throws Exception {
    Path etc = home.resolve("etc");
    Path properties = etc.resolve("config.properties");
    byte[] whole = Files.readAllBytes(properties);
    Files.writeString(properties, "");
    assertThat(end("broker")).isEqualTo(1);
    assertThat(lastSaid().lines().filter(line -> line.contains("missing or empty")))
        .singleElement()
        .asString()
        .contains(properties + " is missing or empty", "tar -xzf ", "'*/etc/config.properties'");
    assertThat(lastSaid()).doesNotContain("Exception", "\tat ");
    Files.write(properties, whole);

    // Half of this one would do, for Karaf: it would install all but the broker.
    Path roles = etc.resolve("custom.system.properties");
    Files.writeString(roles, Files.readString(roles).replaceAll("(?s)culvert-broker.*", "culv"));
    assertThat(end("broker")).isEqualTo(1);
    assertThat(lastSaid())
        .contains(roles + " has no \"culvert.features.broker\" with culvert-broker");
    Files.writeString(roles, "");

    List<Path> emptied = new ArrayList<>(List.of(roles));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(etc, "*.cfg")) {
      for (Path file : files) {
        Files.writeString(file, "");
        emptied.add(file);
      }
    }
    assertThat(end("broker")).isEqualTo(1);
    assertThat(emptied).isNotEmpty();
    String said = lastSaid();
    emptied.forEach(file -> assertThat(said).contains(file.getFileName().toString()));

    // The command that was told mends it.
    String command = said.replaceAll("(?s).*; type: ([^\n]*)\n.*", "$1");
    run(
        "sh",
        "-c",
        command.replace("culvert-karaf-VERSION.tar.gz", System.getProperty("culvert.assembly")));
    try (Started broker = start("broker")) {
      broker.awaitWord(Started.SERVED);
    }
  }

  /**
   * Started by a link and ended by each signal; then another role on the same tree, then the old
   * one again; then with a damaged cache.
   */
  @Test
  public void aLifeOfStarts() throws Exception {
    Path link = folder.newFolder("bin").toPath().resolve("culvert");
    Files.createSymbolicLink(link, home.resolve("bin/culvert"));
    giveKey();
    try (Started broker = Started.of(output(), NOTHING, "", link.toString(), "broker")) {
      broker.awaitWord("culvert: log: ").awaitWord(Started.SERVED);
      assertThat(broker.said())
          .contains(home + "/data/log/karaf.log", "TLS [::]:3654", "the password is")
          .doesNotContain("\u001b", "\r", "Karaf");
      assertThat(broker.handle().info().command().orElse("")).endsWith("/java");

      assertThat(end("broker")).isEqualTo(1);
      assertThat(lastSaid()).contains("another Culvert, process " + broker.handle().pid());
      assertThat(end("status")).isZero();

      broker.awaitFile(home.resolve("data/cache/culvert.complete"));
      assertThat(broker.signal("TERM").awaitEnd()).isZero();
    }
    assertThat(home.resolve("data/culvert/leases.db")).exists();

    Files.writeString(home.resolve("etc/org.culvert.client.cfg"), "server = 192.0.2.1\n");
    try (Started client = start("client")) {
      client.awaitWord("the role was broker and is client now").awaitWord("client: no tunnel yet");
      client.awaitFile(home.resolve("data/cache/culvert.complete"));
      assertThat(client.said()).doesNotContain("broker: ", "the password is");
      assertThat(client.signal("HUP").awaitEnd()).isZero();
    }
    assertThat(home.resolve("data/culvert/leases.db")).exists();

    try (Started broker = start("broker")) {
      broker.awaitWord(Started.SERVED).awaitFile(home.resolve("data/cache/culvert.complete"));
      assertThat(shell(broker, "feature:install culvert-routing-bird")).isZero();
      assertThat(shell(broker, "feature:uninstall culvert-registry")).isZero();
      assertThat(end("stop")).isZero();
      assertThat(broker.awaitEnd()).isZero();
    }

    Path info = bundle("culvert-endpoint").resolve("bundle.info");
    Files.writeString(info, "");
    try (Started broker = start()) {
      broker.awaitWord(Started.SERVED);
      assertThat(broker.said())
          .contains(
              info.getParent().getFileName() + " (mvn:org.culvert/culvert-endpoint/", "damaged");
      assertThat(broker.signal("INT").awaitEnd()).isZero();
    }
  }

  /** The disk is full in the middle of the first start; then somebody makes room, and no more. */
  @Test
  public void firstStartGoesOnByItselfAfterAFullDisk() throws Exception {
    Path data = Files.createDirectories(home.resolve("data"));
    String disk = "mount -t tmpfs -o size=100m tmpfs " + data + " && ";
    try (Started broker = Started.of(output(), NOTHING, disk, command("broker"))) {
      Path seen = Path.of("/proc", Long.toString(broker.handle().pid()), "root" + data);
      broker.awaitFile(seen.resolve("cache/bundle20"));
      Path ballast = seen.resolve("ballast");
      fill(ballast);
      broker.awaitWord("the disk of " + data + " is full");
      Files.delete(ballast);
      broker.awaitWord("all bundles are installed anew").awaitWord(Started.SERVED);
      broker.awaitFile(seen.resolve("cache/culvert.complete"));
      assertThat(broker.said().lines()).allMatch(line -> line.startsWith("culvert: "));
      assertThat(broker.said()).containsOnlyOnce(" is full");
      assertThat(broker.signal("TERM").awaitEnd()).isZero();
    }
  }

  /** Writes until the disk takes no octet more. */
  private static void fill(Path file) throws IOException {
    byte[] octets = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(octets);
      }
    } catch (IOException e) {
      assertThat(file).isNotEmptyFile();
    }
  }

  /** A newer archive is unpacked over an older one. */
  @Test
  public void archiveHasNoUsers() throws Exception {
    try (Stream<Path> files = Files.list(home.resolve("etc"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("culvert-users.properties.example")
          .doesNotContain("culvert-users.properties", "users.properties")
          .noneMatch(name -> name.matches("org\\.culvert\\..*\\.cfg"));
    }
  }

  /**
   * A read-only installation; all that is written on a file system that no program runs from. What
   * the operator wrote before the first start stays, and the installation's users stay its own.
   */
  @Test
  public void installationIsReadOnlyAndDataMayNotRunPrograms() throws Exception {
    Path etc = folder.newFolder("own-etc").toPath();
    Path client = Files.writeString(etc.resolve("org.culvert.client.cfg.example"), "# of mine\n");
    Files.writeString(home.resolve("etc/culvert-users.properties"), "# of the installation\n");
    Path data = folder.newFolder("own-data").toPath();
    String mounts =
        "mount --bind "
            + home
            + " "
            + home
            + " && mount -o remount,bind,ro "
            + home
            + " && mount -t tmpfs -o noexec tmpfs "
            + data
            + " && ";
    Map<String, String> environment =
        Map.of(
            "KARAF_ETC",
            etc.toString(),
            "KARAF_DATA",
            data.toString(),
            "XDG_CACHE_HOME",
            data.toString());
    try (Started broker =
        Started.of(output(), environment, mounts, home.resolve("bin/culvert").toString())) {
      broker.awaitWord(Started.SERVED);
      assertThat(broker.said()).contains(etc + " is new").doesNotContain("native code");
      assertThat(etc.resolve("users.properties")).content().contains("{CRYPT}");
      assertThat(client).content().isEqualTo("# of mine\n");
      assertThat(etc.resolve("culvert-users.properties")).doesNotExist();
      assertThat(broker.signal("TERM").awaitEnd()).isZero();
    }
    assertThat(home.resolve("data/culvert")).doesNotExist();
    try (Stream<Path> files = Files.list(home)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .doesNotContain("instances", "lock", "karaf.pid");
    }
  }

  /**
   * Killed at random instants of the first start, and of later ones, it is up again at the next.
   * The property {@code culvert.kills} says how often, {@code culvert.seed} repeats a run.
   */
  @Test
  public void killedWhileItStarts() throws Exception {
    long seed = Long.getLong("culvert.seed", new Random().nextLong());
    int kills = Integer.getInteger("culvert.kills", 3);
    System.out.println("killedWhileItStarts: culvert.seed = " + seed);
    Random random = new Random(seed);
    long start = System.nanoTime();
    try (Started whole = start("broker")) {
      whole.awaitWord(Started.SERVED);
    }
    // How long a start takes here and now; so the instants are spread over all of it.
    long length = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

    for (int i = 0; i < kills; i++) {
      run("rm", "-rf", home.resolve("data").toString());
      killAndStart(random, length);
      killAndStart(random, length);
      System.out.println("killedWhileItStarts: came up again " + 2 * (i + 1) + " times");
    }
  }

  /** Kills it within a start, and sees that the next one completes what that left. */
  private void killAndStart(Random random, long length) throws Exception {
    long instant = (long) (random.nextDouble() * length);
    try {
      try (Started killed = start("broker")) {
        Thread.sleep(instant);
        killed.signal("KILL").awaitEnd();
      }
      try (Started again = start("broker")) {
        again.awaitWord(Started.SERVED).awaitFile(home.resolve("data/cache/culvert.complete"));
      }
    } catch (AssertionError e) {
      Path log = home.resolve("data/log/karaf.log");
      String told = Files.exists(log) ? Files.readString(log) : "nothing";
      throw new AssertionError("killed after " + instant + " ms; its log says:\n" + told, e);
    }
  }

  private Path key() {
    return folder.getRoot().toPath().resolve("key");
  }

  private void giveKey() throws IOException, InterruptedException {
    run("ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-f", key().toString());
    String open = Files.readString(Path.of(key() + ".pub")).split(" ")[1];
    Files.writeString(
        home.resolve("etc/keys.properties"), "\nadmin = " + open + ",_g_:admingroup\n", APPEND);
  }

  /** One command in the Karaf shell, in the network of its process. */
  private int shell(Started started, String command) throws IOException, InterruptedException {
    String ssh =
        "nsenter -t %d -n ssh -q -p 8101 -i %s -o BatchMode=yes -o StrictHostKeyChecking=no"
            + " -o UserKnownHostsFile=/dev/null admin@127.0.0.1 %s";
    return new ProcessBuilder(ssh.formatted(started.handle().pid(), key(), command).split(" ", -1))
        .redirectErrorStream(true)
        .redirectOutput(output().toFile())
        .start()
        .waitFor();
  }

  private Path bundle(String artifact) throws IOException {
    try (Stream<Path> bundles = Files.list(home.resolve("data/cache"))) {
      return bundles
          .filter(bundle -> read(bundle.resolve("bundle.info")).contains("/" + artifact + "/"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private Started start(String... words) throws IOException {
    return Started.of(output(), NOTHING, "", command(words));
  }

  private int end(String... words) throws IOException, InterruptedException {
    try (Started started = start(words)) {
      return started.awaitEnd();
    }
  }

  private String[] command(String... words) {
    return Stream.concat(Stream.of(home.resolve("bin/culvert").toString()), Stream.of(words))
        .toArray(String[]::new);
  }

  private Path output() {
    outputs++;
    return folder.getRoot().toPath().resolve("said-" + outputs);
  }

  private String lastSaid() throws IOException {
    return Files.readString(folder.getRoot().toPath().resolve("said-" + outputs));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}

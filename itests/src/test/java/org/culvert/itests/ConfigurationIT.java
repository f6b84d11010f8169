package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Promises about mistakes in the files of the archive's user. */
public class ConfigurationIT {
  private static final String TRANSPORT = "org.culvert.transport.cfg";
  private static final String BROKER = "org.culvert.broker.cfg";
  private static final String CLIENT = "org.culvert.client.cfg";
  private static final String POOL = "org.culvert.broker.pool-business.cfg";
  private static final List<String> PLUGINS =
      List.of("culvert-routing-frr", "culvert-routing-bird", "culvert-lan-radvd");

  private static final String KEPT = "; what was there before is still in force";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Unpacked culvert;

  @Before
  public void unpack() throws IOException, InterruptedException {
    culvert = new Unpacked(folder.getRoot().toPath());
  }

  @Test
  public void mistakesAreToldWithWhatIsMeantAndNothingIsDoneByHalf() throws Exception {
    List<String> told =
        List.of(
            "etc/org.culvert.broker.cfg: endpointpool is taken for endpointPool; write it so",
            "etc/org.culvert.broker.cfg: there is no lifetyme; is lifetime meant?",
            "etc/org.culvert.brokr.cfg: nothing reads it; is org.culvert.broker.cfg meant?",
            "etc/org.culvert.endpoint.server.conf: nothing reads it;"
                + " is org.culvert.endpoint.server.cfg meant?",
            "etc/org.culvert.dns.update-home.cfg: key.file = \"\": write either key.file or key.secret",
            "etc/org.culvert.dns.update-home.cfg: there is no servr; is server meant?",
            "etc/org.culvert.transport.cfg: udp.mechanisms: no mechanism SCRAM-SHA256 is installed;"
                + " is SCRAM-SHA-256 meant?",
            "etc/org.culvert.transport.cfg: tls = \"yes\": write true or false,"
                + " or leave it out for true");
    culvert.write("org.culvert.broker.cfg", "endpointpool = 2001:db8:0:1::/64\nlifetyme = 60\n");
    culvert.write("org.culvert.brokr.cfg", "endpointPool = 2001:db8:0:1::/64\n");
    culvert.write("org.culvert.endpoint.server.conf", "mtu = 1280\n");
    culvert.write("org.culvert.dns.update-home.cfg", "servr = 127.0.0.1\n");
    culvert.write(TRANSPORT, "tls = yes\nudp.mechanisms = SCRAM-SHA256\n");
    try (Started broker = culvert.start("broker")) {
      for (String line : told) {
        broker.awaitLines(culvert.log(), 1, line);
      }
      // Not by half: with a wrong word for TLS there is no TCP either.
      broker.awaitWord("no port is open yet");
      assertThat(culvert.run(broker, "culvert:listeners"))
          .contains("installed, but not running here", "tls = \"yes\": write true or false")
          .doesNotContain("feature:install", "brokr");
      assertThat(culvert.run(broker, "culvert:services")).contains(told.get(1), told.get(2));

      culvert.write(TRANSPORT, "tls = true \nudp.mechanisms = SCRAM-SHA-256\nrate =\t60 \n");
      broker.awaitWord(Started.SERVED);

      culvert.write(TRANSPORT, "tls = true\nrate = fast\n");
      broker.awaitLines(
          culvert.log(),
          1,
          "etc/org.culvert.transport.cfg: rate = \"fast\": write a number from 0 to 1000000,"
              + " or leave it out for 50"
              + KEPT);
      // Nor was a port closed for it.
      assertThat(Files.readAllLines(culvert.log()))
          .filteredOn(line -> line.contains("signaling is served on TCP"))
          .hasSize(1);

      // Only the broker itself knows that this will not do, and goes on with what it had.
      culvert.write("org.culvert.broker.cfg", "endpointPool = 2001:db8:0:1::/64\nkeepAlive = 1\n");
      broker.awaitLines(
          culvert.log(),
          1,
          "etc/org.culvert.broker.cfg: keepAlive = \"1\": write a number from 2 to 300" + KEPT);
      broker.awaitLines(culvert.log(), 2, "signaling is served on TCP");

      // Nor does a pool end it that cannot be; it waits until it can.
      culvert.write(POOL, "prefix = 2001:db8::/40\n");
      broker.awaitLines(
          culvert.log(),
          1,
          "etc/%s: prefix = \"2001:db8::/40\": it overlaps the pool 2001:db8:0:1::/64;"
                  .formatted(POOL)
              + " pools must be disjoint"
              + "; what runs goes on without it");
      broker.awaitLines(culvert.log(), 3, "signaling is served on TCP");
      culvert.write("org.culvert.broker.cfg", "endpointPool = 2001:db8:ff00::/64\n");
      for (int tries = 0; tries < 600 && culvert.told(broker).contains(POOL); tries++) {
        Thread.sleep(200);
      }
      assertThat(culvert.run(broker, "culvert:pools")).contains("2001:db8::/40");
    }
    culvert.assertNothingElseWrote();
    assertThat(culvert.log()).content().doesNotContain(Unpacked.NOISE);
    List<String> lines = Files.readAllLines(culvert.log());
    for (String line : told) {
      assertThat(lines.stream().filter(one -> one.endsWith("| " + line))).hasSize(1);
    }
  }

  @Test
  public void aThousandMistakesAreToldAndNoneByAStackTrace() throws Exception {
    long seed = Long.getLong("culvert.seed", System.nanoTime());
    System.out.println("The mistakes are those of -Dculvert.seed=" + seed);
    Mistakes mistakes =
        new Mistakes(seed).in(Path.of(System.getProperty("culvert.root")).resolve("bundles"));
    assertThat(mistakes.told()).hasSizeGreaterThan(1000);
    for (Map.Entry<String, String> file : mistakes.files().entrySet()) {
      culvert.write(file.getKey(), file.getValue());
    }
    try (Started all = culvert.start("all")) {
      all.awaitWord("no port is open yet");
      install(all, "culvert-routing-frr culvert-routing-bird");
      for (String line : mistakes.told()) {
        all.awaitLines(culvert.log(), 1, "| " + line);
      }
      assertThat(culvert.run(all, "culvert:configuration"))
          .contains(mistakes.told())
          .doesNotContain(Mistakes.CANARY);
    }
    assertThat(culvert.log())
        .content()
        .doesNotContain(Unpacked.NOISE)
        .doesNotContain(Mistakes.CANARY);
  }

  @Test
  public void whatIsInForceAfterAStartIsWhatTheFilesSay() throws Exception {
    culvert.write(TRANSPORT, "tcp = false\n");
    try (Started broker = culvert.start("broker")) {
      broker.awaitWord("clients are served on TLS");
      broker.signal("TERM").awaitEnd();
    }
    culvert.delete(TRANSPORT);
    culvert.write(BROKER, "endpointPool = 2001:db8:0:1::/64\nendpointpool = 2001:db8:0:3::/64\n");
    try (Started broker = culvert.start("broker")) {
      // Nothing of the file can be taken, and so it is not taken for one that is not there.
      broker.awaitLines(
          culvert.log(), 1, "etc/" + BROKER + ": endpointPool and endpointpool are one key;");
      broker.awaitWord("no port is open yet");

      culvert.write(BROKER, "endpointPool = 2001:db8:0:1::/64\n");
      broker.awaitWord(Started.SERVED);
      assertThat(culvert.run(broker, "culvert:pools")).contains("2001:db8:0:1::/64");
      assertThat(culvert.told(broker)).isEqualTo("All is as it should be.\nstatus 0\n");
    }
  }

  @Test
  public void examplesHaveEveryKeyWithADefaultThatMayBeWritten() throws Exception {
    Path etc = culvert.etc();
    try (Stream<Path> examples = Files.list(etc)) {
      for (Path one : examples.filter(file -> file.toString().endsWith(".cfg.example")).toList()) {
        String name = one.getFileName().toString().replace(".example", "");
        // A DNS server is of no use without a key and a zone of its own.
        String text =
            Files.readString(one)
                .replace("#key.secret =", "key.secret = c2VjcmV0IG9mIDE2IG9jdGV0cw==")
                .replace("#zones =", "zones = tb.example");
        culvert.write(name, text.replaceAll("(?m)^#(\\w[\\w.]* =)", "$1"));
      }
    }
    try (Started all = culvert.start("all")) {
      all.awaitWord(Started.SERVED);
      for (String feature : PLUGINS) {
        install(all, feature);
      }
      assertThat(culvert.told(all)).isEqualTo("All is as it should be.\nstatus 0\n");
      Files.setPosixFilePermissions(
          etc.resolve(CLIENT), PosixFilePermissions.fromString("rw-r--r--"));
      assertThat(culvert.told(all))
          .contains(CLIENT + ": password: everybody on this machine can read it");
    }
    assertThat(culvert.log()).content().doesNotContain(Unpacked.NOISE);
  }

  /** The shell is there a moment before its commands are. */
  private void install(Started started, String features) throws IOException, InterruptedException {
    String install = "feature:install " + features;
    for (int tries = 0;
        tries < 600 && !culvert.run(started, install).contains("status 0");
        tries++) {
      Thread.sleep(200);
    }
  }

  @Test
  public void mistakesInTheFileOfUsersAreToldAndListed() throws Exception {
    long seed = Long.getLong("culvert.seed", System.nanoTime());
    System.out.println("The mistakes are those of -Dculvert.seed=" + seed);
    Mistakes mistakes = new Mistakes(seed).inUsers(culvert.etc());
    for (Map.Entry<String, String> file : mistakes.files().entrySet()) {
      Files.writeString(culvert.etc().resolve(file.getKey()), file.getValue());
    }
    try (Started broker = culvert.start("broker")) {
      for (String line : mistakes.told()) {
        broker.awaitLines(culvert.log(), 1, "| " + line);
      }
      broker.awaitWord(Started.SERVED);
      assertThat(culvert.run(broker, "culvert:configuration"))
          .contains(mistakes.told())
          .doesNotContain(Mistakes.CANARY);
    }
    assertThat(culvert.log()).content().doesNotContain("\tat ", Mistakes.CANARY);
  }
}

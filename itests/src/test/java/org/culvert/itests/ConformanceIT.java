package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.culvert.conformance.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Promises that the broker, as users unpack it, conforms: over TCP and UDP, IPv4 and IPv6, it does
 * what every case of the conformance kit asks, and nothing that the kit sends puts an exception or
 * a warning into its log.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConformanceIT {
  private static final Path WORK = Path.of("target/conformance");
  private static final Path HOME = WORK.resolve("home");
  private static final long START_MILLIS = 120_000;
  private static final long KIT_MINUTES = 5;

  /** The password's hash with its user and realm has a zero octet, so that no case is skipped. */
  private static final String USER = "alice";

  private static final String PASSWORD = "conformance-7";

  /** What may be left out: features of other bundles, and what fits into no datagram. */
  private static final List<Pattern> MAY_BE_ABSENT =
      List.of(
          Pattern.compile(".* auth-unoffered-.* is offered"),
          Pattern.compile("udp\\d\\.version version-list .*not offered.*"),
          Pattern.compile("udp\\d\\.scram scram-right-01 .*not offered.*"),
          Pattern.compile(".* external-without-.*not offered.*"),
          Pattern.compile(".* limit-(address|referral|pool|rate) .*--limits runs it"),
          // No routing daemon runs here.
          Pattern.compile(".* router-(spoken|bgp).*not offered.*"));

  /** What the log may warn of in such an installation. */
  private static final List<Pattern> MAY_BE_LOGGED =
      List.of(
          Pattern.compile("PLAIN is offered without TLS"),
          // How many that is, the machine decides.
          Pattern.compile("this process may open \\d+ files"),
          Pattern.compile("127\\.0\\.0\\.1.*cannot be reached: Connection refused"));

  private int port;
  private Process broker;

  @BeforeAll
  void startTheAssembly() throws IOException, InterruptedException {
    assumeTrue(
        Files.isWritable(Path.of("/dev/net/tun")) && "root".equals(System.getProperty("user.name")),
        "tunnels need root");
    unpack();
    port = freePort();
    int shell = freePort();
    configure(
        "org.culvert.transport.cfg",
        "port = " + port,
        "tls = false",
        "tcp.mechanisms = *",
        "udp.mechanisms = *",
        "referral = 198.51.100.7",
        "rate = 0",
        "failures.per.minute = 0",
        "sessions.per.source = 100000");
    configure(
        "org.culvert.broker.cfg",
        "endpointPool = 2001:db8:0:1::/64",
        "anonymousPool = 2001:db8:0:2::/64",
        "delegationPools = 2001:db8:8000::/40",
        "ipv4Pool = 100.64.0.0/16",
        "anonymousIpv4Pool = 100.65.0.0/16",
        "resolvers = 2001:db8::53",
        "maxAnonymous = 100000",
        "maxAnonymousPerIpv4 = 100000",
        "maxTunnelsPerIpv4 = 100000",
        "quarantine = 0");
    // What is granted does not depend on a server's being there.
    configure(
        "org.culvert.dns.update-absent.cfg",
        "server = 127.0.0.1",
        "port = " + freePort(),
        "key.secret = " + Base64.getEncoder().encodeToString(new byte[32]),
        "zones = tb.example",
        "reverseZones = 2001:db8::/32, 100.64.0.0/16",
        "anonymousNames = anon-{hash}.{zone}");
    // Beside an assembly that runs on this machine in earnest.
    configure("org.culvert.endpoint.server.cfg", "device = culvertit0");
    configure("culvert-users.properties", USER + " = digest password: " + PASSWORD);
    Path shellFile = HOME.resolve("etc/org.apache.karaf.shell.cfg");
    Files.writeString(
        shellFile,
        Files.readString(shellFile).replaceAll("(?m)^sshPort *=.*$", "sshPort = " + shell));
    broker =
        new ProcessBuilder(HOME.resolve("bin/culvert").toAbsolutePath().toString(), "broker")
            .redirectErrorStream(true)
            .redirectOutput(WORK.resolve("console.log").toFile())
            .start();
    awaitPort();
  }

  /** The script that starts Karaf stays its parent, and does not hand signals on. */
  @AfterAll
  void stopTheAssembly() throws InterruptedException {
    if (broker == null) {
      return;
    }
    List<ProcessHandle> family = broker.descendants().toList();
    family.forEach(ProcessHandle::destroy);
    if (!broker.waitFor(30, TimeUnit.SECONDS)) {
      family.forEach(ProcessHandle::destroyForcibly);
      broker.destroyForcibly().waitFor();
    }
  }

  @Test
  @Order(1)
  void conformsOverIpv4() throws Exception {
    conforms("127.0.0.1:" + port, "ipv4.xml", "--slow");
  }

  @Test
  @Order(2)
  void conformsOverIpv6() throws Exception {
    conforms("[::1]:" + port, "ipv6.xml", "--slow");
  }

  /** Statuses that only a full or busy server gives: 301, 306, 530 and their referrals. */
  @Test
  @Order(3)
  void saysWhenItIsFull() throws Exception {
    configure(
        "org.culvert.broker.cfg",
        "endpointPool = 2001:db8:0:1::/64",
        "anonymousPool = 2001:db8:0:2::/123",
        "referrals = 198.51.100.7",
        "quarantine = 0");
    // Without an IPv4 pool there is nothing to offer over IPv6.
    awaitGreeting("::1", greeting -> greeting.startsWith("530"));
    configure("org.culvert.transport.cfg", "port = " + port, "tls = false");
    awaitGreeting(
        "127.0.0.1",
        greeting -> greeting.startsWith("CAPABILITY") && !greeting.contains("AUTH=PLAIN"));

    conforms("127.0.0.1:" + port, "limits.xml", "--limits", "--slow", "--cases", "limit-*");
  }

  @Test
  @Order(4)
  void nothingThatTheKitSentIsInTheLog() throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> logs = Files.list(HOME.resolve("data/log"))) {
      for (Path log :
          logs.filter(file -> file.getFileName().toString().startsWith("karaf")).toList()) {
        lines.addAll(Files.readAllLines(log));
      }
    }

    assertThat(lines).isNotEmpty();
    assertThat(lines)
        .filteredOn(ConformanceIT::alarms)
        .filteredOn(line -> MAY_BE_LOGGED.stream().noneMatch(may -> may.matcher(line).find()))
        .isEmpty();
    assertThat(lines).noneMatch(line -> line.contains(PASSWORD));
  }

  private static boolean alarms(String line) {
    return line.contains(" WARN ") || line.contains(" ERROR ") || line.contains("Exception");
  }

  private void conforms(String server, String report, String... more) throws Exception {
    Path password = WORK.resolve("password");
    Files.writeString(password, PASSWORD + "\n");
    Path output = WORK.resolve(report.replace(".xml", ".txt"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                new File(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .getPath(),
                "server",
                server,
                "--user",
                USER,
                "--password-file",
                password.toString(),
                // Slow machines have slow password hashes.
                "--timeout",
                "15000",
                "--report",
                WORK.resolve(report).toString()));
    command.addAll(List.of(more));
    Process kit =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = kit.waitFor(KIT_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      kit.destroyForcibly().waitFor();
    }

    assertThat(ended).as("the kit ended within %d minutes", KIT_MINUTES).isTrue();
    assertThat(kit.exitValue()).as(Files.readString(output)).isZero();
    assertThat(absent(WORK.resolve(report)))
        .filteredOn(one -> MAY_BE_ABSENT.stream().noneMatch(may -> may.matcher(one).matches()))
        .isEmpty();
  }

  /** Returns which cases did not run, and why. */
  private static List<String> absent(Path report) throws Exception {
    NodeList skipped =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getElementsByTagName("skipped");
    List<String> absent = new ArrayList<>();
    for (int i = 0; i < skipped.getLength(); i++) {
      Element why = (Element) skipped.item(i);
      Element tested = (Element) why.getParentNode();
      absent.add(
          tested.getAttribute("classname")
              + " "
              + tested.getAttribute("name")
              + ": "
              + why.getAttribute("message"));
    }
    return absent;
  }

  private static void unpack() throws IOException, InterruptedException {
    if (Files.exists(HOME)) {
      run("rm", "-rf", HOME.toString());
    }
    Files.createDirectories(HOME);
    run(
        "tar",
        "-xzf",
        System.getProperty("culvert.assembly"),
        "-C",
        HOME.toString(),
        "--strip-components",
        "1");
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
        .as(String.join(" ", command))
        .isZero();
  }

  private static void configure(String file, String... lines) throws IOException {
    Path written = Files.write(HOME.resolve("etc").resolve(file), List.of(lines));
    // That everybody may read a secret would be told.
    Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-------"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  /**
   * Asks until the broker greets clients as it should: a change of configuration takes a moment.
   */
  private void awaitGreeting(String host, Predicate<String> right)
      throws IOException, InterruptedException {
    long end = System.currentTimeMillis() + START_MILLIS;
    String greeting = "";
    while (System.currentTimeMillis() < end) {
      try (Socket socket = new Socket(InetAddress.getByName(host), port)) {
        socket.setSoTimeout(2000);
        socket.getOutputStream().write("VERSION=2.0.2\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] buffer = new byte[1024];
        int count = Math.max(0, socket.getInputStream().read(buffer));
        greeting = new String(buffer, 0, count, StandardCharsets.US_ASCII);
      } catch (IOException e) {
        greeting = e.toString();
      }
      if (right.test(greeting)) {
        return;
      }
      Thread.sleep(200);
    }
    throw new AssertionError("the broker says " + greeting);
  }

  /** The port answers only while a broker stands behind it. */
  private void awaitPort() throws IOException, InterruptedException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    long end = System.currentTimeMillis() + START_MILLIS;
    while (System.currentTimeMillis() < end && broker.isAlive()) {
      try (Socket socket = new Socket()) {
        socket.connect(address, 500);
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new AssertionError(
        "the broker did not start: " + Files.readString(WORK.resolve("console.log")));
  }
}

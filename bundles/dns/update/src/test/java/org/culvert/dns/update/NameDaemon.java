package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.culvert.testkit.debian.DebianPackages;

/** A name server of the distribution, with a configuration, directory and port of its own. */
final class NameDaemon implements AutoCloseable {
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

  /** Which one. */
  enum Kind {
    BIND("/usr/sbin/named"),
    KNOT("/usr/sbin/knotd"),
    NSD("/usr/sbin/nsd");

    private final String program;

    Kind(String program) {
      this.program = program;
    }

    private List<String> command(Path configuration) throws IOException {
      return switch (this) {
        case BIND ->
            List.of(copy(configuration), "-g", "-4", "-n", "1", "-c", configuration.toString());
        case KNOT -> List.of(program, "-c", configuration.toString());
        case NSD -> List.of(program, "-d", "-c", configuration.toString());
      };
    }

    /** AppArmor lets the program in its usual place write in no directory of ours. */
    private String copy(Path configuration) throws IOException {
      Path copy = configuration.resolveSibling("named");
      Files.copy(Path.of(program), copy, StandardCopyOption.COPY_ATTRIBUTES);
      return copy.toString();
    }

    private String configuration(Path directory, String address, int port, List<String> zones) {
      String head =
          switch (this) {
            case BIND ->
                """
                options { directory "%1$s"; pid-file "%1$s/pid"; session-keyfile "%1$s/session";
                  listen-on port %3$s { %2$s; }; listen-on-v6 { none; };
                  recursion no; dnssec-validation no; notify no; };
                controls { };
                key "culvert" { algorithm hmac-sha256; secret "%4$s"; };
                key "stranger" { algorithm hmac-sha256; secret "%4$s"; };
                """;
            case KNOT ->
                """
                server:
                    rundir: %1$s
                    listen: %2$s@%3$s
                    background-workers: 1
                    udp-workers: 1
                    tcp-workers: 1
                log:
                  - target: stderr
                    any: info
                database:
                    storage: %1$s
                    journal-db-mode: asynchronous
                    journal-db-max-size: 10M
                    kasp-db-max-size: 10M
                    timer-db-max-size: 10M
                key:
                  - id: culvert
                    algorithm: hmac-sha256
                    secret: %4$s
                  - id: stranger
                    algorithm: hmac-sha256
                    secret: %4$s
                acl:
                  - id: broker
                    key: culvert
                    action: [ update, query ]
                  - id: anybody
                    address: 127.0.0.1
                    action: transfer
                  - id: strangers
                    key: stranger
                    action: query
                template:
                  - id: default
                    storage: %1$s
                    zonefile-sync: -1
                zone:
                """;
            case NSD ->
                """
                server:
                    ip-address: %2$s
                    port: %3$s
                    username: ""
                    zonesdir: "%1$s"
                    pidfile: "%1$s/pid"
                    xfrdfile: "%1$s/xfrd"
                    xfrdir: "%1$s"
                    zonelistfile: "%1$s/zones"
                    database: ""
                    server-count: 1
                remote-control:
                    control-enable: no
                """;
          };
      String zone =
          switch (this) {
            case BIND ->
                """
                zone "%1$s" { type primary; file "%1$s.zone";
                  update-policy { grant culvert zonesub A AAAA NS DS PTR TXT; }; };
                """;
            case KNOT ->
                """
                  - domain: %1$s
                    file: %1$s.zone
                    acl: [ broker, strangers, anybody ]
                """;
            case NSD ->
                """
                zone:
                    name: "%1$s"
                    zonefile: "%1$s.zone"
                """;
          };
      return head.formatted(directory, address, port, Configurations.SECRET)
          + zones.stream().map(zone::formatted).collect(Collectors.joining());
    }
  }

  private final Kind kind;
  private final Path directory;
  private final String address;
  private final int port;
  private final Process process;

  private NameDaemon(Kind kind, Path directory, String address, int port, Process process) {
    this.kind = kind;
    this.directory = directory;
    this.address = address;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts a server and waits until it answers; skips the test if it is not installed.
   *
   * @param zones names of zones, each followed by its records
   */
  static NameDaemon start(Kind kind, String address, String... zones) {
    assumeTrue(
        DebianPackages.provide(
            "/usr/sbin/named=bind9",
            "/usr/sbin/knotd=knot",
            "/usr/sbin/nsd=nsd",
            "/usr/bin/dig=bind9-dnsutils"),
        "needs BIND, Knot, NSD and dig");
    try {
      Path directory =
          Files.createTempDirectory(
              Files.createDirectories(Path.of("target", "daemons").toAbsolutePath()),
              kind.name().toLowerCase(Locale.ROOT));
      int port = freePort(address);
      List<String> names = new ArrayList<>();
      for (int i = 0; i < zones.length; i += 2) {
        names.add(zones[i]);
        Files.writeString(directory.resolve(zones[i] + ".zone"), zoneFile(zones[i], zones[i + 1]));
      }
      Path configuration = directory.resolve("conf");
      Files.writeString(configuration, kind.configuration(directory, address, port, names));
      Process process =
          new ProcessBuilder(kind.command(configuration))
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
      NameDaemon daemon = new NameDaemon(kind, directory, address, port, process);
      daemon.awaitAnswer(names.get(0));
      return daemon;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Kind kind() {
    return kind;
  }

  int port() {
    return port;
  }

  InetSocketAddress socketAddress() {
    return new InetSocketAddress(address, port);
  }

  /** Asks with dig; returns the answer's lines, sorted: only data, no names. */
  List<String> dig(String name, String type) {
    return lines("+short", name, type).stream().sorted().toList();
  }

  /** Asks with dig; returns the records of all sections, blanks instead of tabs. */
  List<String> digAll(String name, String type) {
    return lines("+noall", "+answer", "+authority", "+additional", name, type).stream()
        .map(line -> line.replaceAll("\\s+", " "))
        .toList();
  }

  /** Returns all that a zone has, but the record that counts its changes. */
  List<String> transfer(String zone) {
    return lines("+noall", "+answer", zone, "AXFR").stream()
        .map(line -> line.replaceAll("\\s+", " "))
        .filter(line -> !line.contains(" IN SOA "))
        .distinct()
        .toList();
  }

  private List<String> lines(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of("/usr/bin/dig", "@" + address, "-p", "" + port, "+norec", "+time=2"));
    command.addAll(Arrays.asList(arguments));
    try {
      Process dig = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(dig.getInputStream().readAllBytes());
      return output.lines().filter(line -> !line.isBlank() && !line.startsWith(";")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void awaitAnswer(String zone) throws IOException {
    long end = System.nanoTime() + PATIENCE;
    while (dig(zone, "SOA").stream().noneMatch(line -> line.contains("hostmaster"))) {
      if (!process.isAlive() || System.nanoTime() > end) {
        close();
        fail(kind + " does not answer: " + Files.readString(directory.resolve("log")));
      }
    }
  }

  private static String zoneFile(String zone, String records) {
    return """
        $ORIGIN %s.
        $TTL 60
        @ SOA ns.operator.example. hostmaster.operator.example. 1 3600 600 86400 60
        @ NS ns.operator.example.
        %s
        """
        .formatted(zone, records);
  }

  private static int freePort(String address) throws IOException {
    while (true) {
      try (ServerSocket stream = new ServerSocket(0, 1, InetAddress.getByName(address));
          DatagramSocket datagrams =
              new DatagramSocket(stream.getLocalPort(), InetAddress.getByName(address))) {
        return datagrams.getLocalPort();
      } catch (BindException e) {
        // Another port, then.
      }
    }
  }
}

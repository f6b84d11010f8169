package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.culvert.itests.attack.Figures;

/**
 * A broker as it ships, in a network of its own, and one attack on it from another network, over a
 * link for attackers and a link for users. Networks and links go with the processes.
 */
final class Siege {
  private static final int MORE_MINUTES = 40;
  private static final Pattern LIVE_OCTETS = Pattern.compile("Total +\\d+ +(\\d+)");

  private static final String BROKERS_NETWORK =
      "ip link add flood0 type veth peer name flood1 && ip link add home0 type veth peer name home1"
          + " && ip address add 203.0.113.1/30 dev flood0"
          + " && ip address add 2001:db8:f::1/64 dev flood0 nodad"
          + " && ip address add 192.0.2.1/30 dev home0"
          + " && ip link set flood0 up && ip link set home0 up"
          + " && ip route add 198.18.0.0/15 via 203.0.113.2"
          + " && ip route add 198.51.100.0/24 via 192.0.2.2"
          + " && ip route add 2001:db8:a000::/36 via 2001:db8:f::2 && ";

  /** Waits for the other ends of the links; whole prefixes are then addresses of this host. */
  private static final String ATTACKERS_NETWORK =
      "touch \"$0/ready\"; while ! ip address add 192.0.2.2/30 dev home1 2>/dev/null;"
          + " do sleep 0.1; done; ip link set lo up"
          + " && ip address add 203.0.113.2/30 dev flood1"
          + " && ip address add 2001:db8:f::2/64 dev flood1 nodad"
          + " && ip link set flood1 up && ip link set home1 up"
          + " && sysctl -qw net.ipv6.ip_nonlocal_bind=1"
          + " && ip route add local 198.18.0.0/15 dev lo"
          + " && ip route add local 198.51.100.0/24 dev lo"
          + " && ip route add local 2001:db8:a000::/36 dev lo"
          + " && ip route add 203.0.113.0/30 via 192.0.2.1 dev home1 table 100"
          + " && ip rule add from 198.51.100.0/24 lookup 100 && exec \"$@\"";

  private final Path home;
  private final Path folder;

  /**
   * @param home the unpacked archive
   * @param folder where the broker's data are kept, and what all say
   */
  Siege(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /**
   * Attacks while users log in, and tells how it went.
   *
   * @param seconds how long, if the attack could go on for ever
   * @param javaOptions options of the broker's Java; empty for those that it comes with
   */
  Figures of(String attack, int seconds, String javaOptions)
      throws IOException, InterruptedException {
    Path etc = Files.createDirectories(folder.resolve("etc"));
    Files.writeString(
        etc.resolve("culvert-users.properties"), "alice = digest secret1\nbob = digest secret1\n");
    // Without it a broker has nothing for those who come by IPv6, and turns them away at once.
    Files.writeString(etc.resolve("org.culvert.broker.cfg"), "ipv4Pool = 10.64.0.0/16\n");
    Map<String, String> environment =
        Map.of(
            "KARAF_ETC", etc.toString(),
            "KARAF_DATA", folder.resolve("data").toString(),
            "EXTRA_JAVA_OPTS", javaOptions);
    Path said = folder.resolve("broker.txt");
    try (Started broker =
        Started.of(
            said, environment, BROKERS_NETWORK, home.resolve("bin/culvert").toString(), "broker")) {
      broker.awaitWord(Started.SERVED);
      long before = liveOctets(broker);
      Figures figures = attack(attack, seconds, broker);
      assertThat(broker.handle().isAlive()).as("the broker lives: %s", said).isTrue();
      figures.put("broker: live octets before", before);
      figures.put("broker: live octets after", liveOctets(broker));
      System.out.println("\n" + attack + (javaOptions.isEmpty() ? "" : " (" + javaOptions + ")"));
      System.out.println("\n| figure | |\n|---|---|");
      figures.print(System.out);
      return figures;
    }
  }

  private Figures attack(String attack, int seconds, Started broker)
      throws IOException, InterruptedException {
    Path told = folder.resolve("attacker.txt");
    List<String> command =
        new ArrayList<>(List.of("unshare", "-n", "sh", "-c", ATTACKERS_NETWORK, folder.toString()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", Path.of("target/test-classes").toAbsolutePath().toString()));
    command.addAll(List.of("org.culvert.itests.attack.Attacker", attack, "" + seconds));
    Process attacker =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(told.toFile())
            .redirectInput(new File("/dev/null"))
            .start();
    try {
      broker.awaitFile(folder.resolve("ready"));
      for (String link : List.of("flood1", "home1")) {
        run(
            "nsenter",
            "-t",
            "" + broker.handle().pid(),
            "-n",
            "ip",
            "link",
            "set",
            link,
            "netns",
            "" + attacker.pid());
      }
      boolean ended =
          attacker.waitFor(TimeUnit.MINUTES.toSeconds(MORE_MINUTES) + seconds, TimeUnit.SECONDS);
      String text = Files.readString(told);
      assertThat(broker.handle().isAlive())
          .as("the broker lives: %s %s", broker.said(), text)
          .isTrue();
      assertThat(ended).as("it ended: %s", text).isTrue();
      assertThat(attacker.exitValue()).as(text).isZero();
      text.lines().filter(line -> !line.startsWith("|")).forEach(System.out::println);
      return Figures.read(text);
    } finally {
      attacker.destroyForcibly().waitFor();
    }
  }

  /** Returns what of the broker's heap is in use after a collection; -1 if nobody tells. */
  private static long liveOctets(Started broker) throws IOException, InterruptedException {
    ProcessHandle java =
        Stream.concat(broker.handle().descendants(), Stream.of(broker.handle()))
            .filter(process -> process.info().command().orElse("").endsWith("/java"))
            .findFirst()
            .orElse(broker.handle());
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Matcher total = LIVE_OCTETS.matcher(run(jcmd, "" + java.pid(), "GC.class_histogram"));
    return total.find() ? Long.parseLong(total.group(1)) : -1;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}

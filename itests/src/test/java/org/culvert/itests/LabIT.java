package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Promises about real networks, each told by one script of the lab from its first line to its last.
 *
 * <p>Each script has networks and directories of its own, and waits for timers most of the time:
 * two are told at once.
 */
class LabIT {
  /** How a script ends that cannot get from the operating system what it needs. */
  private static final int LEFT_OUT = 77;

  /**
   * A guard against hanging, and no more: each takes minutes, and more on a machine that is busy.
   */
  private static final int LIMIT_MINUTES = 40;

  /**
   * A tunnel crosses real NATs between real assemblies, and outlives moves, a crash of the broker
   * and changes of encapsulation with the same address and prefix; no neighbour behind the same NAT
   * gets at it.
   */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void theWholeStory() throws IOException, InterruptedException {
    tell("lab", "all");
  }

  /** IPv4 in IPv6 over UDP and TCP, signaling over TLS both ways of trust, and referrals. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void otherWaysToAsk() throws IOException, InterruptedException {
    tell("lab", "more");
  }

  /**
   * The client's network gets addresses out of the prefix; BIND, Knot and the client's NSD hold its
   * names, FRR and BIRD speak for its routes, whois tells whose it is, and each gives way to its
   * like while the tunnel is up.
   */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void whatSurroundsATunnel() throws IOException, InterruptedException {
    tell("lab", "around");
  }

  /**
   * Hosts, NATs, paths, clocks and disks as they are in the field: shipped defaults find what is
   * wrong with each, repair what may be repaired, and say the rest.
   */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void hostsAsTheyShip() throws IOException, InterruptedException {
    tell("lab", "field");
  }

  /**
   * A kernel with tunnel drivers and our userspace path understand each other; where there are such
   * drivers they carry our tunnels, behind a filter and over a crash of ours.
   */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void tunnelsThatTheKernelCarries() throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/apt-get"))
            && "amd64".equals(System.getProperty("os.arch")),
        "the machine with tunnel drivers is made of Debian's packages for x86_64");

    tell("kernel");
  }

  private static void tell(String story, String... parts) throws IOException, InterruptedException {
    assumeTrue(
        Files.isWritable(Path.of("/dev/net/tun")) && "root".equals(System.getProperty("user.name")),
        "the lab makes network namespaces and needs root");

    String[] command = new String[parts.length + 1];
    command[0] = System.getProperty("culvert.root") + "/itests/lab/" + story + ".sh";
    System.arraycopy(parts, 0, command, 1, parts.length);
    File output = new File("target/" + String.join("-", command).replaceAll(".*/", "") + ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
    builder
        .environment()
        .put("MAVEN_REPOSITORY", System.getProperty("org.ops4j.pax.url.mvn.localRepository"));
    Process script = builder.start();
    boolean ended = script.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      // The script cleans up when it is asked to end.
      script.destroy();
      script.waitFor(30, TimeUnit.SECONDS);
    }

    String told = Files.readString(output.toPath());
    System.out.println(told);
    assertThat(ended).as("the lab ended within %d minutes", LIMIT_MINUTES).isTrue();
    assumeTrue(script.exitValue() != LEFT_OUT, told);
    assertThat(script.exitValue()).as(told).isZero();
  }
}

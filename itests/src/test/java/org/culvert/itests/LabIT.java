package org.culvert.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.Test;

/**
 * Promises about real networks, each told by one script of the lab from its first line to its last.
 */
public class LabIT {
  /** How a script ends that cannot get from the operating system what it needs. */
  private static final int LEFT_OUT = 77;

  /**
   * A tunnel crosses real NATs between real assemblies, and outlives moves, a crash of the broker
   * and changes of encapsulation with the same address and prefix; no neighbour behind the same NAT
   * gets at it.
   */
  @Test
  public void theWholeStory() throws IOException, InterruptedException {
    tell("lab", 20, "all");
  }

  /** IPv4 in IPv6 over UDP and TCP, signaling over TLS both ways of trust, and referrals. */
  @Test
  public void otherWaysToAsk() throws IOException, InterruptedException {
    tell("lab", 10, "more");
  }

  /**
   * The client's network gets addresses out of the prefix; BIND, Knot and the client's NSD hold its
   * names, FRR and BIRD speak for its routes, whois tells whose it is, and each gives way to its
   * like while the tunnel is up.
   */
  @Test
  public void whatSurroundsATunnel() throws IOException, InterruptedException {
    tell("lab", 15, "around");
  }

  /**
   * A kernel with tunnel drivers and our userspace path understand each other; where there are such
   * drivers they carry our tunnels, behind a filter and over a crash of ours.
   */
  @Test
  public void tunnelsThatTheKernelCarries() throws IOException, InterruptedException {
    assumeTrue(
        "the machine with tunnel drivers is made of Debian's packages for x86_64",
        Files.isExecutable(Path.of("/usr/bin/apt-get"))
            && "amd64".equals(System.getProperty("os.arch")));

    tell("kernel", 20);
  }

  private static void tell(String story, int limitMinutes, String... parts)
      throws IOException, InterruptedException {
    assumeTrue(
        "the lab makes network namespaces and needs root",
        Files.isWritable(Path.of("/dev/net/tun"))
            && "root".equals(System.getProperty("user.name")));

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
    boolean ended = script.waitFor(limitMinutes, TimeUnit.MINUTES);
    if (!ended) {
      // The script cleans up when it is asked to end.
      script.destroy();
      script.waitFor(30, TimeUnit.SECONDS);
    }

    String told = Files.readString(output.toPath());
    System.out.println(told);
    assertTrue("the lab did not end within " + limitMinutes + " minutes", ended);
    assumeTrue(told, script.exitValue() != LEFT_OUT);
    assertEquals(told, 0, script.exitValue());
  }
}

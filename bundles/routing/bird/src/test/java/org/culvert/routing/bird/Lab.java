package org.culvert.routing.bird;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.testkit.debian.DebianPackages;

/**
 * Two network namespaces, joined as by a tunnel: each has its address alone on the link, and a host
 * route to the other's.
 */
final class Lab implements AutoCloseable {
  static final Path BIRD = Path.of("/usr/sbin/bird");

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name = "cvb" + ProcessHandle.current().pid() + "x" + COUNT.incrementAndGet();
  final String server = name + "s";
  final String client = name + "c";

  private Lab() {}

  /** Tells whether this host can do it. */
  static boolean isPossible() throws IOException {
    return DebianPackages.provide(BIRD + "=bird2", "/usr/sbin/ip=iproute2", "/usr/bin/kill=procps")
        && Files.isWritable(Path.of("/run"))
        && Files.readString(Path.of("/proc/self/status")).contains("\nUid:\t0\t");
  }

  static Lab build() throws IOException, InterruptedException {
    Lab lab = new Lab();
    for (String namespace : List.of(lab.server, lab.client)) {
      run("ip", "netns", "add", namespace);
      run("ip", "-n", namespace, "link", "set", "lo", "up");
    }
    run(
        ("ip link add tun0 netns " + lab.server + " type veth peer name tun0 netns " + lab.client)
            .split(" "));
    lab.end(lab.server, Tunnels.SERVER, Tunnels.CLIENT);
    lab.end(lab.client, Tunnels.CLIENT, Tunnels.SERVER);
    return lab;
  }

  private void end(String namespace, String here, String there)
      throws IOException, InterruptedException {
    run("ip", "-n", namespace, "link", "set", "tun0", "up");
    run("ip", "-n", namespace, "address", "add", here + "/128", "dev", "tun0", "nodad");
    run("ip", "-n", namespace, "route", "add", there + "/128", "dev", "tun0");
  }

  /** Returns the kernel's routes of IPv6, those of BIRD alone or all. */
  static String routes(String namespace, String... selection) {
    try {
      return run(java.util.stream.Stream.concat(
                  java.util.stream.Stream.of("ip", "-n", namespace, "-6", "route", "show"),
                  java.util.stream.Stream.of(selection))
              .toArray(String[]::new))
          .strip();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IOException(List.of(command) + ": " + output);
    }
    return output;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (String namespace : List.of(server, client)) {
      run("ip", "netns", "delete", namespace);
    }
  }
}

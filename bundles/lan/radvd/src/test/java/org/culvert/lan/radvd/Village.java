package org.culvert.lan.radvd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.culvert.testkit.debian.DebianPackages;

/**
 * Three network namespaces: a server outside, a gateway whose {@code tun0} leads there, and a host
 * on the LAN behind the gateway's {@code lan0}.
 */
final class Village implements AutoCloseable {
  /** A guard against hanging, and no more. */
  private static final int PATIENCE_SECONDS = 60;

  static final String OUTSIDE = "2001:db8:ffff::1";

  private final String name = "culvert-lan-" + ProcessHandle.current().pid();
  final String outside = name + "-o";
  final String gateway = name + "-g";
  final String host = name + "-h";

  Village() throws Exception {
    try {
      for (String namespace : List.of(outside, gateway, host)) {
        run("ip", "netns", "add", namespace);
        run("ip", "-n", namespace, "link", "set", "lo", "up");
      }
      link(outside, "wan0", gateway, "tun0");
      link(gateway, "lan0", host, "eth0");
      run("ip", "-n", outside, "addr", "add", OUTSIDE + "/64", "dev", "wan0", "nodad");
      run("ip", "-n", gateway, "addr", "add", "2001:db8:ffff::2/64", "dev", "tun0", "nodad");
      run("ip", "-n", gateway, "link", "set", "tun0", "mtu", "1280");
      run("ip", "-n", gateway, "route", "add", "default", "via", OUTSIDE);
      run("ip", "-n", outside, "route", "add", "2001:db8::/32", "via", "2001:db8:ffff::2");
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /** Tells whether all that is needed is here. */
  static boolean canBe() {
    return "root".equals(System.getProperty("user.name"))
        && DebianPackages.provide(
            "/usr/sbin/radvd=radvd",
            "/usr/sbin/nft=nftables",
            "/usr/sbin/ip=iproute2",
            "/usr/sbin/sysctl=procps",
            "/usr/bin/kill=procps",
            "/usr/bin/ping=iputils-ping",
            "/usr/bin/curl=curl");
  }

  private void link(String left, String leftDevice, String right, String rightDevice)
      throws IOException, InterruptedException {
    run(
        "ip",
        "link",
        "add",
        leftDevice,
        "netns",
        left,
        "type",
        "veth",
        "peer",
        "name",
        rightDevice,
        "netns",
        right);
    run("ip", "-n", left, "link", "set", leftDevice, "up");
    run("ip", "-n", right, "link", "set", rightDevice, "up");
  }

  /** Programs of the gateway's. */
  Programs programs() {
    return new Programs(List.of("/usr/sbin/ip", "netns", "exec", gateway));
  }

  /** Runs a command in a namespace and returns what it printed, whatever its end. */
  String in(String namespace, String... command) {
    List<String> argv = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    argv.addAll(List.of(command));
    try {
      return output(argv).text();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  String hostAddresses() {
    return in(host, "ip", "-6", "-o", "addr", "show", "dev", "eth0", "scope", "global");
  }

  String hostRoutes() {
    return in(host, "ip", "-6", "route");
  }

  String gatewayAddresses() {
    return in(gateway, "ip", "-6", "-o", "addr", "show", "dev", "lan0", "scope", "global");
  }

  boolean hostReachesOutside() {
    return in(host, "ping", "-6", "-c", "1", "-W", "1", OUTSIDE).contains(" 0% packet loss");
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Output output = output(List.of(command));
    if (output.status() != 0) {
      throw new IOException(List.of(command) + ": " + output.text());
    }
  }

  private static Output output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new Output(text, process.waitFor());
  }

  @Override
  public void close() {
    for (String namespace : List.of(outside, gateway, host)) {
      try {
        output(List.of("ip", "netns", "delete", namespace));
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private record Output(String text, int status) {}
}

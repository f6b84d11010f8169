package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.culvert.testkit.debian.DebianPackages;

/**
 * A router beyond the link {@code up0} of the test's own network namespace, which advertises itself
 * by radvd.
 */
final class Neighborhood implements AutoCloseable {
  static final String PREFIX = "2001:db8:cafe:1::/64";

  /** For how long a default route holds that was advertised: three intervals. */
  private static final int LIFETIME_SECONDS = 12;

  private final String router = "culvert-ra-" + UUID.randomUUID().toString().substring(0, 8);
  private final Path directory;
  private Process radvd;

  private Neighborhood(Path directory) {
    this.directory = directory;
  }

  /** Tells whether all that is needed is here. */
  static boolean canBe() {
    return "root".equals(System.getProperty("user.name"))
        && DebianPackages.provide(
            "/usr/sbin/radvd=radvd", "/usr/sbin/ip=iproute2", "/usr/sbin/sysctl=procps");
  }

  /** Builds it; nothing is advertised yet. */
  static Neighborhood build(Path directory) throws Exception {
    Neighborhood built = new Neighborhood(directory);
    OwnNetwork.run("ip", "netns", "add", built.router);
    try {
      OwnNetwork.run(
          "ip",
          "link",
          "add",
          "up0",
          "type",
          "veth",
          "peer",
          "name",
          "down0",
          "netns",
          built.router);
      built.in("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
      built.in("ip", "address", "add", "2001:db8:cafe:1::1/64", "dev", "down0", "nodad");
      built.in("ip", "link", "set", "lo", "up");
      built.in("ip", "link", "set", "down0", "up");
      OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.up0.accept_ra=1");
      OwnNetwork.run("ip", "link", "set", "up0", "up");
    } catch (IOException | InterruptedException e) {
      built.close();
      throw e;
    }
    return built;
  }

  void in(String... command) throws IOException, InterruptedException {
    String[] whole = new String[command.length + 4];
    List.of("ip", "netns", "exec", router).toArray(whole);
    System.arraycopy(command, 0, whole, 4, command.length);
    OwnNetwork.run(whole);
  }

  /** Advertises the router every few seconds, with a lifetime that ends soon after. */
  void advertise() throws IOException {
    Path configuration = directory.resolve("radvd.conf");
    Files.writeString(
        configuration,
        """
        interface down0 {
          AdvSendAdvert on;
          MinRtrAdvInterval 3;
          MaxRtrAdvInterval 4;
          AdvDefaultLifetime %d;
          prefix %s { AdvValidLifetime 60; AdvPreferredLifetime 60; };
        };
        """
            .formatted(LIFETIME_SECONDS, PREFIX));
    radvd =
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                router,
                "radvd",
                "-n",
                "-m",
                "stderr",
                "-C",
                configuration.toString(),
                "-p",
                directory.resolve("radvd.pid").toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("radvd.log").toFile())
            .start();
  }

  /** Ends the advertisements without a farewell, as a cut cable would. */
  void fallSilent() throws InterruptedException {
    if (radvd != null) {
      radvd.descendants().forEach(ProcessHandle::destroyForcibly);
      radvd.destroyForcibly().waitFor();
    }
  }

  /** Returns when a route that was advertised when this began has outlived its lifetime. */
  static void outliveOneAdvertisement() throws InterruptedException {
    TimeUnit.SECONDS.sleep(LIFETIME_SECONDS + 1);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    fallSilent();
    OwnNetwork.run("ip", "netns", "delete", router);
  }
}

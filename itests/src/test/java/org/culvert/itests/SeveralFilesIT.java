package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Promises about files that change at once, some of them with a mistake: the broker serves with
 * what was right before, each mistake is told once, and what is right is in force.
 */
public class SeveralFilesIT {
  private static final String BROKER = "org.culvert.broker.cfg";
  private static final String POOL = "org.culvert.broker.pool-x.cfg";
  private static final String ENDPOINT = "org.culvert.endpoint.server.cfg";
  private static final String LEASES = "org.culvert.lease.jdbc.cfg";
  private static final String TRANSPORT = "org.culvert.transport.cfg";

  private static final String KEPT = "; what was there before is still in force";
  private static final String ALONE = "; what runs goes on without it";
  private static final long PATIENCE_MINUTES = 10;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Unpacked culvert;
  private Random random;

  /** What is to be told now, by the file. */
  private final Map<String, String> mistakes = new TreeMap<>();

  private final List<String> everTold = new ArrayList<>();
  private int mtu = 1400;
  private int tlsPort = 3654;
  private Path leases;
  private String delegated = "2001:db8:1000::/36";
  private String pool = "";

  @Before
  public void unpack() throws IOException, InterruptedException {
    long seed = Long.getLong("culvert.seed", System.nanoTime());
    System.out.println("The order is that of -Dculvert.seed=" + seed);
    random = new Random(seed);
    culvert = new Unpacked(folder.getRoot().toPath());
  }

  @Test
  public void whatWasRightGoesOnAndWhatIsRightIsInForce() throws Exception {
    writeEndpoint();
    writeBroker();
    writeLeases("first");
    try (Started broker = culvert.start("broker")) {
      broker.awaitWord(Started.SERVED);
      await(broker);

      wrong(ENDPOINT, "hostServices = tcp/foo\n", "hostServices = \"tcp/foo\"", KEPT);
      writeLeases("second");
      await(broker);
      mend(broker, ENDPOINT);

      wrong(BROKER, brokerLines() + "keepAlive = 1\n", "keepAlive = \"1\"", KEPT);
      writeEndpoint();
      await(broker);
      delegated = "2001:db8:2000::/36";
      mend(broker, BROKER);

      wrong(POOL, "prefix = 2001:db8::/40\n", "prefix = \"2001:db8::/40\"", ALONE);
      delegated = "2001:db8:3000::/36";
      writeBroker();
      await(broker);
      pool = "2001:dba::/40";
      mend(broker, POOL);

      wrong(TRANSPORT, "rate = fast\n", "rate = \"fast\"", KEPT);
      writeLeases("third");
      await(broker);
      tlsPort = 3655;
      mend(broker, TRANSPORT);

      wrong(POOL, "prefix = 2001:db8::/41\n", "prefix = \"2001:db8::/41\"", KEPT);
      wrong(BROKER, brokerLines() + "keepAlive = 301\n", "keepAlive = \"301\"", KEPT);
      wrong(ENDPOINT, "mtu = 100\n", "mtu = \"100\"", KEPT);
      await(broker);
      delegated = "2001:db8:4000::/36";
      pool = "2001:dbb::/40";
      List<String> order = new ArrayList<>(List.of(POOL, BROKER, ENDPOINT));
      Collections.shuffle(order, random);
      mend(broker, order.toArray(String[]::new));
    }
    culvert.assertNothingElseWrote();
    assertThat(culvert.log()).content().doesNotContain(Unpacked.NOISE);
    List<String> lines = Files.readAllLines(culvert.log());
    for (String line : everTold) {
      assertThat(lines.stream().filter(one -> one.contains("| " + line))).as(line).hasSize(1);
    }
  }

  private void wrong(String file, String content, String told, String andThen) throws IOException {
    culvert.write(file, content);
    String line = "etc/%s: %s: ".formatted(file, told);
    everTold.add(line);
    mistakes.put(line, andThen);
  }

  /** Writes what is right, and waits for what is to be then. */
  private void mend(Started broker, String... files) throws Exception {
    for (String file : files) {
      mistakes.keySet().removeIf(line -> line.startsWith("etc/" + file + ": "));
      switch (file) {
        case ENDPOINT -> writeEndpoint();
        case BROKER -> writeBroker();
        case POOL -> culvert.write(POOL, "prefix = %s\n".formatted(pool));
        default -> culvert.write(TRANSPORT, "tls.port = %d\n".formatted(tlsPort));
      }
    }
    await(broker);
  }

  /** It has no device before there is a tunnel, so only what is told can be seen of it. */
  private void writeEndpoint() throws IOException {
    mtu++;
    culvert.write(ENDPOINT, "mtu = %d\n".formatted(mtu));
  }

  private void writeBroker() throws IOException {
    culvert.write(BROKER, brokerLines());
  }

  private String brokerLines() {
    return "endpointPool = 2001:db8:0:1::/64\ndelegationPools = %s\n".formatted(delegated);
  }

  private void writeLeases(String name) throws IOException {
    leases = folder.getRoot().toPath().resolve(name + ".db");
    culvert.write(LEASES, "url = jdbc:sqlite:%s\n".formatted(leases));
  }

  /** Waits until the broker serves, what is right is in force, and no mistake but these is told. */
  private void await(Started broker) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    List<String> lacking = lacking(broker);
    while (!lacking.isEmpty()) {
      assertThat(System.nanoTime() - end).as("%s", lacking).isNegative();
      Thread.sleep(200);
      lacking = lacking(broker);
    }
  }

  private List<String> lacking(Started broker) throws Exception {
    List<String> lacking = new ArrayList<>();
    List<String> told =
        culvert.told(broker).lines().filter(line -> line.startsWith("etc/")).toList();
    if (told.size() != mistakes.size()) {
      lacking.add("other mistakes are told: " + told);
    }
    for (Map.Entry<String, String> one : mistakes.entrySet()) {
      if (told.stream()
          .noneMatch(line -> line.startsWith(one.getKey()) && line.endsWith(one.getValue()))) {
        lacking.add("not told: " + one + ", but " + told);
      }
    }
    List<String> lines = Files.readAllLines(culvert.log());
    for (String one : mistakes.keySet()) {
      add(lacking, lines.stream().anyMatch(line -> line.contains("| " + one)), "no log of " + one);
    }
    String listeners = culvert.run(broker, "culvert:listeners");
    String pools = culvert.run(broker, "culvert:pools");
    add(lacking, listeners.contains(":3653"), "port 3653: " + listeners);
    add(lacking, listeners.contains(":" + tlsPort), "port " + tlsPort + ": " + listeners);
    add(lacking, pools.contains(delegated), delegated + ": " + pools);
    add(lacking, pools.contains(pool), pool + ": " + pools);
    add(lacking, Files.exists(leases), "no " + leases);
    return lacking;
  }

  private static void add(List<String> lacking, boolean there, String what) {
    if (!there) {
      lacking.add(what);
    }
  }
}

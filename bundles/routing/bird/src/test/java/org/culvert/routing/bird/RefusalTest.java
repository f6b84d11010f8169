package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real BIRD that does not do as it is told, and many who tell it. */
final class RefusalTest {
  private static final ServedTunnel SERVED = Tunnels.tunnel(Side.SERVER, Tunnels.BGP);
  private static final TunnelName NAME = TunnelName.of(SERVED);
  private static final String DEVICE = "protocol device { }\n";
  private static final String KERNEL = "protocol kernel { ipv6 { export all; }; }\n";

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private RealBird bird;
  private String include;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(Lab.isPossible(), "needs root and BIRD");
    Lab lab = Lab.build();
    opened.push(lab);
    bird = RealBird.start(lab.server, "");
    opened.push(bird);
    include = "include \"" + bird.included() + "/*.conf\";\n";
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Test
  void takesBackWhatBirdRefusesAndTellsTheLine() throws Exception {
    ServiceException problem = problem(new Change(NAME, Optional.of("define a = 1;\nbogus;\n")));

    assertThat(problem)
        .hasMessageStartingWith("BIRD refused " + NAME.file() + ", line 2:1: syntax error")
        .hasMessageEndingWith("; it was taken back");
    assertThat(problem.isLasting()).isTrue();
    assertThat(bird.files()).isEmpty();
    assertThat(bird.say("configure")).contains("Reconfigured");
  }

  @Test
  void keepsTheFileThatWasThereBeforeARefusedOne() throws Exception {
    Optional<String> good = new TunnelConfiguration(settings()).of(SERVED);
    new Provision(settings()).make(new Change(NAME, good));

    problem(new Change(NAME, Optional.of("bogus;\n")));

    assertThat(bird.included().resolve(NAME.file())).hasContent(good.orElseThrow());
  }

  @Test
  void waitsForTheOperatorWhoseConfigurationIsBroken() throws Exception {
    Files.writeString(bird.included().resolve("operators.conf"), "\nnonsense;\n");

    ServiceException problem = problem(wanted());

    assertThat(problem).hasMessageContaining("operators.conf, line 2:1: syntax error");
    assertThat(problem.isLasting()).isFalse();
    assertThat(bird.files()).containsExactly("operators.conf");
  }

  @Test
  void withdrawsTheFileEvenWhereTheOperatorsConfigurationIsBroken() throws Exception {
    new Provision(settings()).make(wanted());
    Files.writeString(bird.included().resolve("operators.conf"), "nonsense;\n");

    assertThat(problem(new Change(NAME, Optional.empty()))).hasMessageContaining("operators.conf");
    assertThat(bird.files()).containsExactly("operators.conf");

    Files.delete(bird.included().resolve("operators.conf"));
    new Provision(settings()).make(new Change(NAME, Optional.empty()));
    assertThat(bird.say("show protocols")).doesNotContain(NAME.text());
  }

  @Test
  void tellsThatTheDirectoryIsNotIncluded() throws Exception {
    reconfigure(DEVICE + KERNEL);

    ServiceException problem = problem(wanted());

    assertThat(problem)
        .hasMessageContaining("bird.conf lacks this line")
        .hasMessageContaining("include \"");
    assertThat(problem.isLasting()).isTrue();
    assertThat(bird.files()).isEmpty();
    Watch watch = new Watch(settings());
    watch.run();
    assertThat(watch.protocols()).isEmpty();
    assertThat(watch.trouble().orElseThrow()).contains("include \"");
    reconfigure(DEVICE + KERNEL + include);
    watch.run();
    assertThat(watch.protocols()).isNotEmpty();
  }

  @Test
  void tellsWhatElseIsMissing() throws Exception {
    reconfigure(KERNEL + include);
    assertThat(problem(wanted())).hasMessageContaining("protocol device { }");
    reconfigure(DEVICE + include);
    assertThat(problem(wanted())).hasMessageContaining("protocol kernel { ipv6 { export all; }; }");
    reconfigure(DEVICE + "protocol kernel { ipv4 { export all; }; }\n" + include);
    assertThat(problem(wanted())).hasMessageContaining("protocol kernel { ipv6 {");
    reconfigure(DEVICE + "protocol kernel k6 { ipv6 { }; }\n" + include);
    assertThat(problem(wanted())).hasMessageContaining("k6 exports nothing to the kernel");
    assertThat(bird.files()).isEmpty();
  }

  @Test
  void tellsThatThereIsNoDirectory() {
    BirdSettings settings = bird.settings(Map.of("directory", bird.directory + "/nowhere"));

    ServiceException problem =
        catchThrowableOfType(() -> new Provision(settings).make(wanted()), ServiceException.class);

    assertThat(problem).hasMessageStartingWith("there is no directory ");
    assertThat(problem.isLasting()).isTrue();
  }

  @Test
  void tellsThatBirdHangs() throws Exception {
    bird.signal("STOP");
    try {
      ServiceException problem = problem(wanted());

      assertThat(problem).hasMessage("BIRD is running, but hangs: no answer in time");
      assertThat(problem.isLasting()).isFalse();
      assertThat(bird.files()).isEmpty();
    } finally {
      bird.signal("CONT");
    }
  }

  @Test
  void keepsFilesOfTunnelsWhileBirdIsNotRunning() throws Exception {
    new Provision(settings()).make(wanted());
    bird.end();

    ServiceException problem = problem(wanted());

    assertThat(problem).hasMessageStartingWith("BIRD is not running");
    assertThat(problem.isLasting()).isFalse();
    assertThat(bird.files()).containsExactly(NAME.file());

    assertThat(problem(new Change(NAME, Optional.empty()))).hasMessageContaining("not running");
    assertThat(bird.files()).isEmpty();
    bird.begin();
    new Provision(settings()).make(new Change(NAME, Optional.empty()));
  }

  @Test
  void tellsBirdOfManyChangesAtOnce() throws Exception {
    int many = 40;
    Provision provision = new Provision(bird.settings(Map.of()));
    TunnelConfiguration configuration = new TunnelConfiguration(settings());
    ExecutorService threads = Executors.newFixedThreadPool(many);
    opened.push(threads::shutdownNow);
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      ServedTunnel tunnel =
          Tunnels.tunnel(
              "tunnel " + i,
              Side.SERVER,
              Tunnels.BGP,
              Optional.of("tun0"),
              "2001:db8:f::1:" + i,
              Optional.of("2001:db8:1:" + i + "00::/56"));
      Optional<String> content = i == 7 ? Optional.of("bogus;") : configuration.of(tunnel);
      futures.add(
          threads.submit(
              () -> {
                provision.make(new Change(TunnelName.of(tunnel), content));
                return null;
              }));
    }
    int failed = 0;
    for (Future<?> future : futures) {
      try {
        future.get();
      } catch (java.util.concurrent.ExecutionException e) {
        failed++;
      }
    }

    assertThat(failed).isOne();
    assertThat(bird.files()).hasSize(many - 1);
    long reconfigured = bird.log().lines().filter(line -> line.endsWith("Reconfigured")).count();
    assertThat(reconfigured).isLessThan(many / 2);
  }

  private Change wanted() throws ServiceException {
    return new Change(NAME, new TunnelConfiguration(settings()).of(SERVED));
  }

  private ServiceException problem(Change change) {
    return catchThrowableOfType(
        () -> new Provision(settings()).make(change), ServiceException.class);
  }

  private BirdSettings settings() {
    return bird.settings(Map.of("timeout", 2));
  }

  private void reconfigure(String configuration) throws Exception {
    bird.configure(configuration);
    bird.say("configure");
  }
}

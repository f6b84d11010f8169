package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.conformance.client.ClientKit;
import org.culvert.conformance.client.Subject;
import org.culvert.testkit.client.RecordingEndpoint;
import org.culvert.transport.PlainSignaling;
import org.culvert.transport.SignalingClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes the client, with its real signaling over real sockets, through every script of the
 * conformance kit; only the endpoint is one that carries nothing. Each script has a client and
 * addresses of its own.
 */
class ConformanceTest {
  /** Short, so that it is over soon; long enough for a machine that does other things too. */
  private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(1);

  private static final Duration RETRY_MIN = Duration.ofMillis(1000);
  private static final Duration RETRY_MAX = Duration.ofMillis(2000);
  private static final Path REPORTS = Path.of("target/conformance-client");

  /** What is seen of data only; nothing else may be left out. */
  private static final int DATA_CASES = 4;

  private static final Pattern COUNTS =
      Pattern.compile("(\\d+) passed, \\d+ violations, (\\d+) skipped");

  @TempDir Path directory;

  @Test
  void conformsOverIpv4() throws Exception {
    assertThat(violations("127.0.0.1", "3653", "12", 500)).isEmpty();
  }

  @Test
  void conformsOverIpv6() throws Exception {
    // There is one such address only, and perhaps a broker at its usual port.
    String port;
    try (DatagramSocket free = new DatagramSocket()) {
      port = Integer.toString(free.getLocalPort());
    }
    assertThat(violations("::1", port, "1", 6)).isEmpty();
  }

  /** Returns what the kit says if there are violations, and nothing if there are none. */
  private String violations(String listen, String port, String lanes, int least) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    List<String> words =
        new ArrayList<>(
            List.of(
                "--listen",
                listen,
                "--port",
                port,
                "--lanes",
                lanes,
                "--has",
                "plain,scram,prefix,distrusts,slow",
                // How quick the client's machine is says nothing of the client.
                "--timeout",
                "60000"));
    words.addAll(
        List.of("--report", REPORTS.resolve(listen.replace(':', '-') + ".xml").toString()));
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

    int violations = ClientKit.run(words, this::client, out);

    String text = said.toString(StandardCharsets.UTF_8);
    Matcher counts = COUNTS.matcher(text);
    assertThat(counts.find()).isTrue();
    assertThat(Integer.parseInt(counts.group(1)) + violations).isGreaterThanOrEqualTo(least);
    assertThat(Integer.parseInt(counts.group(2))).isLessThanOrEqualTo(DATA_CASES);
    return violations == 0 ? "" : text;
  }

  private AutoCloseable client(Subject.Task task) throws IOException {
    SignalingClient signaling = PlainSignaling.start(LEAST_TIMEOUT);
    List<String> journal = Collections.synchronizedList(new ArrayList<>());
    ReconnectingTunnelClient client =
        new ReconnectingTunnelClient(
            settings(task),
            signaling,
            new RecordingEndpoint(journal),
            EventLoop.start(),
            new NoNames(),
            new NoRouters(),
            new LocalAddresses.OfInterfaces(),
            new ClientServices(
                new Provided(directory.resolve("services")),
                Timepiece.system(),
                ClientServices::thread,
                new SplittableRandom(7)),
            Runnable::run,
            new SplittableRandom(7));
    return () -> {
      client.close();
      signaling.close();
    };
  }

  private ClientSettings settings(Subject.Task task) {
    Credentials credentials =
        task.user().isEmpty()
            ? Credentials.anonymous()
            : Credentials.of(task.user(), task.password());
    TunnelType type =
        Arrays.stream(new TunnelType[] {TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6})
            .filter(known -> known.name().equals(task.type()))
            .findFirst()
            .orElse(TunnelType.V6ANYV4);
    String server = task.server().contains(":") ? "[" + task.server() + "]" : task.server();
    return new ClientSettings(
        List.of(BrokerAddress.parse(server + ":" + task.port(), task.port())),
        task.needs().contains("plain") ? credentials.evenInClear() : credentials,
        Optional.empty(),
        type,
        Wishes.prefix(task.needs().contains("prefix") ? Optional.of(56) : Optional.empty()),
        Optional.of(Duration.ofSeconds(30)),
        List.of(IpPrefix.parse(type.equals(TunnelType.V4V6) ? "0.0.0.0/0" : "::/0")),
        List.of(task.transport().equals("tcp") ? Transport.TCP : Transport.UDP),
        ReferralTrust.AUTHENTICATED,
        Nat64Wish.AUTO,
        1280,
        RETRY_MIN,
        RETRY_MAX,
        directory.resolve(task.id() + task.transport() + ".properties"));
  }

  /** The kit names no names, and nobody shall be asked for those that a reply may hold. */
  private static final class NoNames implements Resolver {
    @Override
    public CompletionStage<List<InetAddress>> resolve(String host) {
      return CompletableFuture.failedFuture(new IOException(host));
    }

    @Override
    public void close() {}
  }

  private static final class NoRouters implements Routers {
    @Override
    public CompletionStage<List<Nat64Prefix>> nat64() {
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public void close() {}
  }
}

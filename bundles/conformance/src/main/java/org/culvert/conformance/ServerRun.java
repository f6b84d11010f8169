package org.culvert.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.culvert.conformance.Result.Outcome;

/** Examines a server: chooses cases and legs, runs them, reports. */
final class ServerRun {
  private static final byte[] PROBE = {127, 77, 1, 1};

  private final ServerOptions options;
  private final PrintStream out;

  ServerRun(ServerOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Returns how many violations there are. */
  int run() throws IOException, InterruptedException {
    Map<Leg, Target> legs = legs();
    List<Case> cases = chosen(ServerCases.all());
    out.println(cases.size() + " cases, " + legs.values().stream().distinct().toList());
    List<Result> results =
        new Kit(cases, options.slow, options.limits, options.patience, out::println)
            .run(legs).stream().map(this::strict).toList();
    new TableReport(out, options.table).print(results);
    List<String> unreached =
        results.stream()
            .filter(result -> result.outcome() == Outcome.SKIPPED)
            .map(result -> result.leg() + ": " + result.reason())
            .distinct()
            .toList();
    unreached.forEach(out::println);
    if (results.stream().allMatch(result -> result.outcome() == Outcome.SKIPPED)) {
      throw new IOException("nothing could be examined");
    }
    if (options.report.isPresent()) {
      JunitReport.write(options.report.get(), results);
    }
    return (int) results.stream().filter(Result::isViolation).count();
  }

  private List<Case> chosen(List<Case> all) {
    String regex = Pattern.quote(options.glob).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    Pattern pattern = Pattern.compile(regex);
    return all.stream()
        .filter(one -> pattern.matcher(one.id()).matches())
        .filter(one -> options.levels.contains(one.level()))
        .toList();
  }

  private Map<Leg, Target> legs() throws IOException {
    Map<Leg, Target> legs = new EnumMap<>(Leg.class);
    for (InetAddress address : InetAddress.getAllByName(options.host)) {
      Target target =
          new Target(
              new InetSocketAddress(address, options.port),
              options.user,
              options.password,
              options.login,
              Duration.ofMillis(options.timeoutMillis),
              sources(address));
      boolean ipv4 = address instanceof Inet4Address;
      if (options.tcp) {
        legs.putIfAbsent(Leg.of(true, ipv4), target);
      }
      if (options.udp) {
        legs.putIfAbsent(Leg.of(false, ipv4), target);
      }
    }
    return legs;
  }

  private static Target.Sources sources(InetAddress server) {
    if (!(server instanceof Inet4Address) || !server.isLoopbackAddress()) {
      return Target.Sources.one();
    }
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByAddress(PROBE))) {
      return probe.isBound() ? Target.Sources.loopback() : Target.Sources.one();
    } catch (IOException e) {
      return Target.Sources.one();
    }
  }

  /** Where optional things are required, their absence is a violation. */
  private Result strict(Result result) {
    if (!options.requireOptional || result.outcome() != Outcome.NOT_OFFERED) {
      return result;
    }
    return new Result(
        result.tested(),
        result.leg(),
        Outcome.VIOLATION,
        "",
        List.of(new Finding(Level.OPTIONAL, "not offered: " + result.reason(), true)),
        List.of(),
        result.transcript(),
        result.time());
  }
}

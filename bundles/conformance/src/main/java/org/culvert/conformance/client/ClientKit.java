package org.culvert.conformance.client;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** The subcommand {@code client}: takes a TSP client through every path, also the unkind ones. */
public final class ClientKit {
  private static final String USAGE =
      """
      client [options]        examines a TSP client that comes, or that is started
        --listen ADDRESSES      where, the second to fourth are whom it is referred to; loopback
        --port PORT             3653
        --command 'COMMAND'     starts the client, for each case; TSP_SERVER, TSP_PORT,
                                TSP_TRANSPORT, TSP_TYPE, TSP_USER, TSP_PASSWORD, TSP_NEEDS tell
                                how; without it the client has to come again by itself
        --user NAME             whom the client logs in as; alice
        --password-file FILE    whose first line is the password; secret1
        --has LIST              what the client is: user or anonymous, type:v6udpv4, plain, scram,
                                no-plain, prefix, distrusts (referrals without proof), data, slow
        --transport udp|tcp     only this one
        --cases GLOB            only cases whose id fits
        --list                  lists the cases
        --timeout MILLIS        longest time for the client's next message; 8000
        --wait SECONDS          longest time for a client that comes again by itself; 60
        --lanes N               so many cases side by side, with --command on loopback; 1
        --table                 print every case, not only violations
        --report FILE           write a JUnit XML report
      """;

  private ClientKit() {}

  /** Returns how to call it. */
  public static String usage() {
    return USAGE;
  }

  /**
   * Runs with a client that comes by itself or that a command starts.
   *
   * @return the number of violations
   * @throws IllegalArgumentException if a word is not understood
   */
  public static int run(List<String> words, PrintStream out)
      throws IOException, InterruptedException {
    ClientOptions options = ClientOptions.parse(words);
    return run(options, options.command.map(CommandSubject::new), out);
  }

  /**
   * Runs with a client that is started in Java.
   *
   * @return the number of violations
   */
  public static int run(List<String> words, Subject subject, PrintStream out)
      throws IOException, InterruptedException {
    return run(ClientOptions.parse(words), Optional.of(subject), out);
  }

  private static int run(
      ClientOptions options, Optional<? extends Subject> subject, PrintStream out)
      throws IOException, InterruptedException {
    List<Script> chosen = Scripts.all().stream().filter(options::chooses).toList();
    if (options.list) {
      chosen.forEach(
          script ->
              out.printf(
                  "%-28s %-8s %-24s %s%n",
                  script.id(), script.level(), script.source(), script.title()));
      return 0;
    }
    List<Verdict> verdicts =
        new Examination(options, subject.map(Subject.class::cast), out).run(chosen);
    Report.print(verdicts, options.table, out);
    if (options.report.isPresent()) {
      Report.write(options.report.get(), verdicts);
    }
    if (verdicts.stream().noneMatch(verdict -> verdict.isPass() || verdict.isViolation())) {
      throw new IOException("nothing could be examined");
    }
    return (int) verdicts.stream().filter(Verdict::isViolation).count();
  }
}

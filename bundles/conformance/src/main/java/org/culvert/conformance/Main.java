package org.culvert.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** The command line: {@code java -jar culvert-conformance.jar server HOST[:PORT] ...}. */
public final class Main {
  private static final int VIOLATIONS = 1;
  private static final int USAGE = 2;

  private Main() {}

  /** Runs and exits: 0 without violations, 1 with, 2 if it could not run. */
  public static void main(String[] words) {
    System.exit(run(List.of(words), System.out, System.err));
  }

  /** Runs, and returns the exit status. */
  static int run(List<String> words, PrintStream out, PrintStream err) {
    try {
      if (words.isEmpty() || !words.get(0).equals("server")) {
        usage(err);
        return USAGE;
      }
      ServerOptions options = ServerOptions.parse(words.subList(1, words.size()));
      return new ServerRun(options, out).run() == 0 ? 0 : VIOLATIONS;
    } catch (IllegalArgumentException | IOException | CaseFormatException e) {
      err.println("conformance: " + e.getMessage());
      return USAGE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USAGE;
    }
  }

  private static void usage(PrintStream err) {
    err.println(
        """
        Examines a TSP server.

        usage: server HOST[:PORT] [options]

          --transport tcp|udp|both   both, unless told
          --user NAME                a user of the server, for what anonymous users cannot do
          --password-file FILE       whose first line is the password
          --cases GLOB               only cases whose id fits, such as 'xml-*'
          --levels LIST              only these: MUST,SHOULD,OPTIONAL,FIELD
          --require-optional         what is not offered counts as a violation
          --slow                     also cases that wait for long
          --timeout MILLIS           longest time for an answer; 4000
          --table                    print every case, not only violations
          --report FILE              write a JUnit XML report

        The exit status is 0 without violations, 1 with, 2 if nothing could be examined.""");
  }
}

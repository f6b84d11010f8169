package org.culvert.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.culvert.conformance.client.ClientKit;

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
      List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
      return switch (words.isEmpty() ? "" : words.get(0)) {
        case "server" -> new ServerRun(ServerOptions.parse(rest), out).run() == 0 ? 0 : VIOLATIONS;
        case "client" -> ClientKit.run(rest, out) == 0 ? 0 : VIOLATIONS;
        case "cases" -> list(out);
        default -> {
          usage(err);
          yield USAGE;
        }
      };
    } catch (IllegalArgumentException | IOException | CaseFormatException e) {
      err.println("conformance: " + e.getMessage());
      return USAGE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USAGE;
    }
  }

  private static int list(PrintStream out) throws IOException {
    for (Case one : ServerCases.all()) {
      out.printf("%-28s %-8s %-28s %s%n", one.id(), one.level(), one.source(), one.title());
    }
    return 0;
  }

  private static void usage(PrintStream err) {
    err.println(
        """
        Examines a TSP server.

        usage: server HOST[:PORT] [options]
               cases                   lists the cases

          --transport tcp|udp|both   both, unless told
          --user NAME                a user of the server, for what anonymous users cannot do
          --password-file FILE       whose first line is the password
          --login MECHANISM          how the user logs in where a case does not say; DIGEST-MD5,
                                     SCRAM-SHA-256 or PLAIN, the first that is offered
          --cases GLOB               only cases whose id fits, such as 'xml-*'
          --levels LIST              only these: MUST,SHOULD,OPTIONAL,FIELD
          --require-optional         what is not offered counts as a violation
          --slow                     also cases that wait for long
          --limits                   also cases that reach limits; the server's are low
          --timeout MILLIS           longest time for an answer; 4000
          --wait SECONDS             longest time for a server that no longer answers to come
                                     back, so that the rest can be examined; 10
          --table                    print every case, not only violations
          --report FILE              write a JUnit XML report

        The exit status is 0 without violations, 1 with, 2 if nothing could be examined.""");
    err.println();
    err.print(ClientKit.usage());
  }
}

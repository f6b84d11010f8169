package org.culvert.commands;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.config.ConfigurationReport;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.endpoint.HostReport;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * What the commands share. Services are looked up when a command runs, so that every command exists
 * in every role and says what is missing.
 */
abstract class ShellCommand implements Action {
  private static final long PATIENCE_SECONDS = 10;

  @Reference
  @SuppressWarnings("NullAway.Init")
  BundleContext context;

  @Reference
  @SuppressWarnings("NullAway.Init")
  Session session;

  @Option(name = "--json", description = "Print JSON instead of a table, also what went wrong")
  boolean json;

  /** Columns that a line may have. */
  int width = Width.NONE;

  @Override
  public final @Nullable Object execute() throws CommandException, InterruptedException {
    width = Width.of(session, Process.Utils.current());
    // A word behind it may be wrong, and JSON is wanted of that, too.
    json |= words().contains("--json");
    try {
      arguments();
      // Not the session's console: that is the terminal even where the output goes into a pipe.
      run(System.out);
    } catch (CommandException e) {
      throw json ? inJson(e) : e;
    }
    return null;
  }

  abstract void run(PrintStream out) throws CommandException, InterruptedException;

  /** Returns the words from the first argument on; options may be among them. */
  List<String> words() {
    return List.of();
  }

  /** Returns the arguments, and sets the options that stand among them. */
  final List<String> arguments() throws CommandException {
    return Line.read(this, words());
  }

  /** Returns the argument of a command that takes one at most. */
  final Optional<String> argument(String name) throws CommandException {
    List<String> arguments = arguments();
    if (arguments.size() > 1) {
      throw refusal("There are " + arguments.size() + " arguments.", "Write one " + name + ".");
    }
    return arguments.stream().findFirst();
  }

  /** Returns the argument of a command that cannot do without. */
  final String argument(String name, String remedy) throws CommandException {
    Optional<String> argument = argument(name);
    if (argument.isEmpty()) {
      throw refusal("The " + name + " is missing.", remedy);
    }
    return argument.get();
  }

  /** Finds a service, or says why it is not there: what it waits for, or that it is absent. */
  final <T> T service(Class<T> type, String what, String feature) throws CommandException {
    Optional<T> service = find(type, "");
    if (service.isPresent()) {
      return service.get();
    }
    // Behind the feature's name may stand what else it needs.
    String bundle = "org." + feature.split(" ", 2)[0].replace('-', '.');
    Absence absence = new Absence(components(), mistakes());
    List<String> causes = absence.of(type.getName(), bundle);
    if (!causes.isEmpty()) {
      String lines = causes.stream().map(Text::safe).collect(Collectors.joining("\n"));
      throw refusal(
          what + " is installed, but not running here:\n" + lines,
          "Correct this; it starts by itself then.");
    }
    Optional<Bundle> installed =
        Arrays.stream(context.getBundles())
            .filter(one -> bundle.equals(one.getSymbolicName()))
            .findFirst();
    if (installed.isEmpty()) {
      throw refusal(what + " is not running here.", "Try: feature:install " + feature);
    }
    throw refusal(
        what + " is installed, but not running here.",
        installed.get().getState() == Bundle.ACTIVE
            ? "Try: log:display"
            : "Try: bundle:start " + bundle);
  }

  private List<Absence.Component> components() {
    return find(ServiceComponentRuntime.class, "").stream()
        .flatMap(
            runtime ->
                runtime.getComponentDescriptionDTOs().stream()
                    .map(
                        one ->
                            new Absence.Component(one, runtime.getComponentConfigurationDTOs(one))))
        .toList();
  }

  final <T> Optional<T> find(Class<T> type, String filter) {
    try {
      return context.getServiceReferences(type, filter.isEmpty() ? null : filter).stream()
          .max(ServiceReference::compareTo)
          .map(context::getService);
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(filter, e);
    }
  }

  /** Returns what is wrong with the configuration, as far as somebody looks at it. */
  final List<Mistake> mistakes() {
    return find(ConfigurationReport.class, "").map(ConfigurationReport::mistakes).orElse(List.of());
  }

  /** Returns what the host of one role's endpoint lacks, a line each. */
  final List<String> missing(String role) {
    String filter = "(" + TunnelEndpoint.ROLE + "=" + role + ")";
    try {
      return context.getServiceReferences(HostReport.class, filter).stream()
          .map(context::getService)
          .flatMap(report -> report.missing().stream())
          .map(Text::safe)
          .distinct()
          .toList();
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(filter, e);
    }
  }

  /** A failure in two lines: the cause, and what to do. */
  static CommandException refusal(String cause, String remedy) {
    return new CommandException(cause + "\n" + remedy, cause);
  }

  /** Prints what was done: lines for people, or a row that has those lines as well. */
  final void report(PrintStream out, Map<String, Object> row, List<String> lines) {
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>(row);
      all.put("told", lines);
      out.println(Json.write(all));
    } else {
      lines.forEach(out::println);
    }
  }

  static CommandException inJson(CommandException refused) {
    String cause = String.valueOf(refused.getMessage());
    String all = refused.getNiceHelp();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("error", cause);
    row.put("remedy", all.startsWith(cause + "\n") ? all.substring(cause.length() + 1) : "");
    return new CommandException(Json.write(row), cause);
  }

  static <T> T await(CompletionStage<T> stage) throws CommandException, InterruptedException {
    try {
      return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw refusal(
          "It could not be done: " + Text.safe(String.valueOf(cause.getMessage())),
          "Try: log:display");
    } catch (TimeoutException e) {
      throw refusal("No answer within " + PATIENCE_SECONDS + " s.", "Try: log:display");
    }
  }
}

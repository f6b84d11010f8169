package org.culvert.conformance.client;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A client that a command of the shell starts, which is told everything by its environment. */
final class CommandSubject implements Subject {
  private static final int KILL_AFTER_SECONDS = 3;

  private final String command;

  CommandSubject(String command) {
    this.command = command;
  }

  @Override
  public AutoCloseable start(Task task) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    environment.put("TSP_CASE", task.id());
    environment.put("TSP_SERVER", task.server());
    environment.put("TSP_PORT", Integer.toString(task.port()));
    environment.put("TSP_TRANSPORT", task.transport());
    environment.put("TSP_TYPE", task.type());
    environment.put("TSP_USER", task.user());
    environment.put("TSP_PASSWORD", task.password());
    environment.put("TSP_NEEDS", String.join(",", task.needs()));
    Process process = builder.start();
    return () -> stop(process);
  }

  /** Ends what the command started, and the command. */
  private static void stop(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(KILL_AFTER_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}

package org.culvert.lan.radvd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.culvert.api.service.ServiceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The router advertisement daemon as a child of this process, with files of its own: what another
 * radvd does on this machine is not touched.
 *
 * <p>It is started again if it ends by itself. One that a dead process left behind is known by its
 * file and replaced, without a farewell to the hosts.
 */
final class Radvd {
  private static final Logger LOG = LoggerFactory.getLogger(Radvd.class);
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(2);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final int FAREWELL_SECONDS = 3;
  private static final int MOMENT_MILLIS = 300;

  private final Programs programs;
  private final String program;
  private final ScheduledExecutorService timer;
  private final Path conf;
  private final Path trial;
  private final Path pid;
  private final Path log;
  private @Nullable Process process;
  private Duration wait = SHORTEST_WAIT;
  private @Nullable Future<?> next;

  /**
   * @param timer one thread, on which it is started again
   */
  Radvd(Programs programs, String program, Path directory, ScheduledExecutorService timer) {
    this.programs = programs;
    this.program = program;
    this.timer = timer;
    this.conf = directory.resolve("radvd.conf");
    this.trial = directory.resolve("radvd.trial");
    this.pid = directory.resolve("radvd.pid");
    this.log = directory.resolve("radvd.log");
  }

  /** Lets it announce what a configuration says, from now on. */
  synchronized void announce(String text) throws ServiceException {
    check(text);
    boolean same = text.equals(read(conf));
    Traces.write(conf, text);
    Process running = process;
    if (running == null || !running.isAlive()) {
      startOrTryAgain();
    } else if (!same) {
      hangUp(running);
    }
    wait = SHORTEST_WAIT;
  }

  /** Tells whether it runs. */
  synchronized boolean runs() {
    return process != null && process.isAlive();
  }

  /** Ends it; it tells the hosts that it is no router any more. */
  synchronized void stop() {
    Process running = process;
    process = null;
    try {
      if (running == null) {
        leftOver().ifPresent(ProcessHandle::destroy);
      } else {
        running.destroy();
        if (!running.waitFor(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
          kill(running.toHandle());
        }
      }
      Files.deleteIfExists(conf);
      Files.deleteIfExists(trial);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.debug("{} stays", conf, e);
    }
  }

  /** It would end over a file that it cannot read, with all that it announces. */
  private void check(String text) throws ServiceException {
    Traces.write(trial, text);
    Programs.Result result = programs.run("", program, "-c", "-C", trial.toString());
    if (!result.succeeded()) {
      throw ServiceException.lasting(
          program + " rejects " + trial + ": " + result.complaint(), null);
    }
  }

  private void start() throws ServiceException {
    leftOver().ifPresent(Radvd::kill);
    Process started =
        programs.stay(
            log,
            List.of(program, "-n", "-C", conf.toString(), "-p", pid.toString(), "-m", "stderr"));
    process = started;
    try {
      if (started.waitFor(MOMENT_MILLIS, TimeUnit.MILLISECONDS)) {
        throw ServiceException.passing(program + " ends at once: " + lastWords(), null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var unused = started.onExit().thenRun(() -> ended(started));
  }

  /**
   * Waits for its end and that of its helper, which keeps its privileges and shares its files: the
   * one with its number is locked until both are gone.
   */
  private static void kill(ProcessHandle handle) {
    List<ProcessHandle> all = Stream.concat(Stream.of(handle), handle.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    try {
      CompletableFuture.allOf(
              all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
          .get(FAREWELL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("{} does not end", handle.pid(), e);
    }
  }

  private void hangUp(Process running) throws ServiceException {
    Programs.Result result = programs.run("", "kill", "-HUP", String.valueOf(running.pid()));
    if (!result.succeeded()) {
      running.destroy();
      startOrTryAgain();
    }
  }

  private synchronized void ended(Process gone) {
    if (process != gone) {
      return;
    }
    LOG.warn("{} ended: {}. It is started again in {} s", program, lastWords(), wait.toSeconds());
    again();
  }

  /** Whoever ends it in the moment of its start ends it no longer than whoever does so later. */
  private void startOrTryAgain() throws ServiceException {
    try {
      start();
    } catch (ServiceException e) {
      again();
      throw e;
    }
  }

  private void again() {
    if (next != null) {
      next.cancel(false);
    }
    try {
      next = timer.schedule(this::restart, wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed, it is not started again", e);
    }
    Duration twice = wait.multipliedBy(2);
    wait = twice.compareTo(LONGEST_WAIT) < 0 ? twice : LONGEST_WAIT;
  }

  private synchronized void restart() {
    if (process == null || process.isAlive()) {
      return;
    }
    try {
      start();
    } catch (ServiceException e) {
      LOG.debug("again it does not start", e);
      again();
    }
  }

  /** A process that this one's predecessor started: it has our very file among its arguments. */
  private Optional<ProcessHandle> leftOver() {
    try {
      return Optional.of(read(pid).strip())
          .filter(text -> text.matches("[0-9]{1,9}"))
          .flatMap(text -> ProcessHandle.of(Long.parseLong(text)))
          .filter(
              handle ->
                  read(Path.of("/proc", String.valueOf(handle.pid()), "cmdline"))
                      .contains("\0" + conf + "\0"));
    } catch (RuntimeException e) {
      LOG.debug("nobody can be seen", e);
      return Optional.empty();
    }
  }

  private String lastWords() {
    return read(log).lines().reduce((a, b) -> b).orElse("it said nothing");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}

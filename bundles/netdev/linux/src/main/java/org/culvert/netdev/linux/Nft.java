package org.culvert.netdev.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The program that changes packet filters, called without a shell and with the rules on its
 * standard input. What one call says takes effect as a whole or not at all.
 */
final class Nft {
  private static final List<String> PLACES =
      List.of("/usr/sbin/nft", "/sbin/nft", "/usr/local/sbin/nft", "/usr/bin/nft");

  private static final int PATIENCE_SECONDS = 30;
  private static final int PAUSE_MILLIS = 20;
  private static final int COMPLAINT = 1_000;

  /** Of so many calls it is still known that they were ours. */
  private static final int REMEMBERED = 256;

  private final String program;

  /** The processes of the last calls; guarded by itself. */
  private final Deque<Long> calls = new ArrayDeque<>();

  Nft(String program) {
    this.program = program;
  }

  /** Returns the program where it is usually installed. */
  static Optional<Nft> find() {
    return PLACES.stream()
        .filter(place -> Files.isExecutable(Path.of(place)))
        .findFirst()
        .map(Nft::new);
  }

  /**
   * Carries out commands.
   *
   * @throws IOException if nothing was changed, with the program's first complaint
   */
  void change(String commands) throws IOException {
    run(List.of("-f", "-"), commands);
  }

  /**
   * Asks the kernel whether it would carry out commands.
   *
   * @throws IOException if it would not
   */
  void check(String commands) throws IOException {
    run(List.of("-c", "-f", "-"), commands);
  }

  /** Tells whether a process was one of the last calls; nothing was changed before it was known. */
  boolean was(int process) {
    synchronized (calls) {
      return calls.contains((long) process);
    }
  }

  private void remember(Process process) {
    synchronized (calls) {
      calls.addLast(process.pid());
      if (calls.size() > REMEMBERED) {
        calls.removeFirst();
      }
    }
  }

  private void run(List<String> options, String commands) throws IOException {
    List<String> argv = new ArrayList<>();
    argv.add(program);
    argv.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
    builder.environment().clear();
    Process process = builder.start();
    remember(process);
    try {
      write(process, commands);
      byte[] output = listen(process);
      if (process.exitValue() != 0) {
        throw new IOException(complaint(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + program + " was at work", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * Waits for its end and returns its first words. All are read, for it waits while a pipe is full.
   */
  private byte[] listen(Process process) throws IOException, InterruptedException {
    InputStream output = process.getInputStream();
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    long begin = System.nanoTime();
    while (!process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
      if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new IOException(program + " did not end within " + PATIENCE_SECONDS + " s");
      }
      byte[] more = output.readNBytes(output.available());
      first.write(more, 0, Math.min(more.length, COMPLAINT - first.size()));
    }
    first.writeBytes(output.readNBytes(COMPLAINT - first.size()));
    return first.toByteArray();
  }

  /** It may refuse before it has read everything; then its complaint says more than our error. */
  private static void write(Process process, String commands) {
    try (OutputStream input = process.getOutputStream()) {
      input.write(commands.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return;
    }
  }

  private String complaint(byte[] output) {
    String text = new String(output, StandardCharsets.UTF_8);
    if (text.contains("Operation not permitted")) {
      return "packet filters need CAP_NET_ADMIN: run as root or grant cap_net_admin"
          + " (systemd: AmbientCapabilities=CAP_NET_ADMIN)";
    }
    try (Stream<String> lines = text.lines()) {
      String first = lines.filter(line -> line.contains("rror:")).findFirst().orElse("no reason");
      return program + " refuses: " + first.replaceFirst(".*rror: *", "");
    }
  }
}

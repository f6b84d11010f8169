package org.culvert.netdev.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private static final int COMPLAINT = 1_000;

  private final String program;

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

  private void run(List<String> options, String commands) throws IOException {
    List<String> argv = new ArrayList<>();
    argv.add(program);
    argv.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
    builder.environment().clear();
    Process process = builder.start();
    try {
      write(process, commands);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(program + " did not end within " + PATIENCE_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException(complaint(process.getInputStream().readNBytes(COMPLAINT)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + program + " was at work", e);
    } finally {
      process.destroyForcibly();
    }
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

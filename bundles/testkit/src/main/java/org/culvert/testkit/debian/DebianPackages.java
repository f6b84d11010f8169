package org.culvert.testkit.debian;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Installs the programs that a test needs, where this is a Debian and we are root. Elsewhere a test
 * that finds them missing leaves itself out.
 */
public final class DebianPackages {
  private static final Path APT = Path.of("/usr/bin/apt-get");
  private static final Path POLICY = Path.of("/usr/sbin/policy-rc.d");
  private static final long MINUTES = 10;

  /** For how many seconds it waits while another program installs something. */
  private static final String LOCK = "DPkg::Lock::Timeout=300";

  private DebianPackages() {}

  /**
   * Sees to it that programs are there. Blocks, for minutes if something is installed.
   *
   * @param programs each as its whole path, {@code =} and the package that it is in
   * @return whether all are there now
   */
  public static synchronized boolean provide(String... programs) {
    List<String> missing = new ArrayList<>();
    for (String program : programs) {
      int equals = program.indexOf('=');
      if (!Files.isExecutable(Path.of(program.substring(0, equals)))) {
        missing.add(program.substring(equals + 1));
      }
    }
    return missing.isEmpty() || (mayInstall() && install(missing) && provide(programs));
  }

  private static boolean mayInstall() {
    return Files.isExecutable(APT) && "root".equals(System.getProperty("user.name"));
  }

  private static boolean install(List<String> packages) {
    List<String> command =
        new ArrayList<>(
            List.of(APT.toString(), "install", "-y", "-qq", "--no-install-recommends", "-o", LOCK));
    command.addAll(packages);
    try {
      // No daemon of the host's own shall start.
      boolean ours = Files.notExists(POLICY);
      if (ours) {
        Files.writeString(POLICY, "#!/bin/sh\nexit 101\n");
        Files.setPosixFilePermissions(POLICY, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      try {
        run(List.of(APT.toString(), "update", "-qq"));
        return run(command);
      } finally {
        if (ours) {
          Files.deleteIfExists(POLICY);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean run(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectInput(new File("/dev/null"));
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    Process process = builder.start();
    try {
      if (process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        return process.exitValue() == 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroy();
    return false;
  }
}

package org.culvert.netdev.linux;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * One of the kernel's network settings, in the network namespace of the thread that looks.
 *
 * @param name as {@code sysctl} has it
 * @param file where the kernel shows it
 */
record Sysctl(String name, Path file) {
  private static final Path ROOT = Path.of("/proc/sys/net");

  /** Returns a setting of all interfaces, or of the whole protocol. */
  static Sysctl of(String first, String... rest) {
    return new Sysctl(
        "net." + first + "." + String.join(".", rest), ROOT.resolve(Path.of(first, rest)));
  }

  /** Returns a setting of one interface; {@code sysctl} writes a dot in its name as a slash. */
  static Sysctl ofDevice(String family, String device, String key) {
    return new Sysctl(
        "net." + family + ".conf." + device.replace('.', '/') + "." + key,
        ROOT.resolve(Path.of(family, "conf", device, key)));
  }

  /** Returns the value; empty if this kernel, or the interface, has no such setting. */
  Optional<Integer> value() throws IOException {
    try {
      return Optional.of(
          Integer.parseInt(Files.readString(file, StandardCharsets.US_ASCII).strip()));
    } catch (NoSuchFileException | FileNotFoundException e) {
      return Optional.empty();
    } catch (NumberFormatException e) {
      throw new IOException(file + " holds no number", e);
    }
  }

  boolean is(int wanted) throws IOException {
    return value().equals(Optional.of(wanted));
  }

  /**
   * Sets the value.
   *
   * @throws IOException if it is not set afterwards; the message says why, in a few words
   * @throws UndoneException if nothing refused it
   */
  void set(int wanted) throws IOException {
    try {
      Files.writeString(file, wanted + "\n", StandardCharsets.US_ASCII);
    } catch (AccessDeniedException e) {
      throw new IOException("permission denied", e);
    } catch (NoSuchFileException e) {
      throw new IOException("this kernel has no such setting", e);
    } catch (FileSystemException e) {
      throw new IOException(
          Optional.ofNullable(e.getReason())
              .orElse("it cannot be written")
              .toLowerCase(Locale.ROOT),
          e);
    }
    if (!is(wanted)) {
      throw new UndoneException("the kernel keeps " + value().map(String::valueOf).orElse("none"));
    }
  }

  /** Tells whether this process may set it; a read-only {@code /proc/sys} says no even to root. */
  boolean isWritable() {
    return Files.isWritable(file);
  }

  /** Returns what an operator types to set it. */
  String command(int wanted) {
    return "sysctl -w " + name + "=" + wanted;
  }
}

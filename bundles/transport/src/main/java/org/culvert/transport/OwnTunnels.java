package org.culvert.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the devices of this node's own tunnels: the TUN devices that this process holds, and the
 * kernel's tunnels that bear our mark. There may be an address for each client on them, and nobody
 * begins a tunnel inside a tunnel: clients ask at outer addresses.
 */
final class OwnTunnels {
  private static final Logger LOG = LoggerFactory.getLogger(OwnTunnels.class);
  private static final Path TUN = Path.of("/dev/net/tun");
  private static final String DEVICE = "iff:";

  /** Begins the alias of each tunnel device that the kernel carries for us. */
  private static final String MARK = "culvert ";

  private final Path process;
  private final Path devices;

  OwnTunnels() {
    this(Path.of("/proc/self"), Path.of("/sys/class/net"));
  }

  /**
   * @param process what the kernel tells about this process
   * @param devices what it tells about devices
   */
  OwnTunnels(Path process, Path devices) {
    this.process = process;
    this.devices = devices;
  }

  /** Returns the names of the devices; none where the kernel does not tell. */
  Set<String> names() {
    Set<String> names = new HashSet<>();
    for (Path descriptor : list(process.resolve("fd"))) {
      if (isTun(descriptor)) {
        lines(process.resolve("fdinfo").resolve(descriptor.getFileName().toString())).stream()
            .filter(line -> line.startsWith(DEVICE))
            .forEach(line -> names.add(line.substring(DEVICE.length()).strip()));
      }
    }
    for (Path device : list(devices)) {
      if (lines(device.resolve("ifalias")).stream().anyMatch(line -> line.startsWith(MARK))) {
        names.add(device.getFileName().toString());
      }
    }
    return names;
  }

  private static boolean isTun(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(TUN);
    } catch (IOException e) {
      return false;
    }
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    } catch (IOException e) {
      LOG.debug("{} cannot be listed", directory, e);
      return List.of();
    }
  }

  /** A descriptor may be closed, and a device removed, while it is looked at. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}

package org.culvert.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The mounts that the kernel lists in {@code /proc/self/mountinfo}. */
final class Mounts {
  private static final int POINT = 4;
  private static final int OPTIONS = 5;

  private Mounts() {}

  /** Describes the mount that a folder is on: {@code mount /var, rw,noexec}. */
  static String describe(Path folder) {
    try {
      return describe(folder, Files.readAllLines(Path.of("/proc/self/mountinfo")));
    } catch (IOException e) {
      return "its mount is not known";
    }
  }

  static String describe(Path folder, List<String> mountinfo) {
    String found = "its mount is not known";
    int depth = -1;
    for (String line : mountinfo) {
      String[] fields = line.split(" ", -1);
      if (fields.length <= OPTIONS) {
        continue;
      }
      Path point = Path.of(fields[POINT].replace("\\040", " "));
      // The last of equals covers the others.
      if (folder.startsWith(point) && point.getNameCount() >= depth) {
        depth = point.getNameCount();
        found = "mount " + point + ", " + fields[OPTIONS];
      }
    }
    return found;
  }
}

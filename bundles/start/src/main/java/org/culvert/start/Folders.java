package org.culvert.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where things are. Only {@code data} and {@code log} are written to.
 *
 * @param home the installation
 * @param etc the configuration
 * @param data leases, the cache of bundles, and all else that is kept
 * @param log the log
 */
record Folders(Path home, Path etc, Path data, Path log) {
  /** What a first start writes, and some room for leases and the log, in octets. */
  private static final long ROOM = 64L << 20;

  /** Reads them from the system properties that the start script and Karaf share. */
  static Folders fromSystemProperties() {
    Path home = folder("karaf.home", Path.of(""));
    Path data = folder("karaf.data", home.resolve("data"));
    return new Folders(
        home,
        folder("karaf.etc", home.resolve("etc")),
        data,
        folder("karaf.log", data.resolve("log")));
  }

  private static Path folder(String property, Path usual) {
    return Optional.ofNullable(System.getProperty(property))
        .map(Path::of)
        .orElse(usual)
        .toAbsolutePath()
        .normalize();
  }

  /** Karaf's cache of bundles. All in it can be made again from the installation. */
  Path cache() {
    return data.resolve("cache");
  }

  /** What is kept when the cache goes. */
  Path kept() {
    return data.resolve("culvert");
  }

  /** Makes those that are written to. */
  void make() throws Refusal {
    for (Path folder : new Path[] {data, log, data.resolve("tmp"), kept()}) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new Refusal(
            "the folder "
                + folder
                + " cannot be made ("
                + e
                + "); set KARAF_DATA to a folder that can be written to");
      }
      if (!Files.isWritable(folder)) {
        throw new Refusal(
            "the folder " + folder + " cannot be written to; set KARAF_DATA to one that can");
      }
    }
  }

  /**
   * Refuses a first start that could not be completed: half of it would be worth nothing, and the
   * framework only says so somewhere between other words.
   */
  void requireRoom() throws Refusal {
    try {
      long free = free();
      if (free < ROOM) {
        throw new Refusal(
            "the folder "
                + data
                + " has "
                + (free >> 20)
                + " MB free; all bundles are installed there, which takes "
                + (ROOM >> 20)
                + " MB. Make room, or set KARAF_DATA to another folder");
      }
    } catch (IOException e) {
      // Then writing tells.
    }
  }

  /** Returns how many octets are free where the bundles are installed. */
  long free() throws IOException {
    return Files.getFileStore(data).getUsableSpace();
  }

  /** Returns how many octets must be free to install all anew: the cache is deleted before. */
  long neededToInstall() throws IOException {
    return Math.max(0, ROOM - new BundleCache(cache()).size());
  }

  /** Returns what tells this installation's content from any other's; empty if it does not say. */
  String build() {
    try {
      return Files.readString(home.resolve("lib").resolve("build")).strip();
    } catch (IOException e) {
      return "";
    }
  }
}

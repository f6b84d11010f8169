package org.culvert.start;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The files of the configuration that Karaf cannot do without. A disk that was full or a power cut
 * leaves some of them with nothing in it, and Karaf then fails with a trace of its own, or runs
 * with nothing in it and says nothing at all.
 */
final class Essentials {
  private static final List<String> NEEDED =
      List.of(
          "config.properties",
          BootFeatures.OF_ROLES,
          "java.util.logging.properties",
          "jre.properties",
          BootFeatures.OF_ALL,
          "org.apache.karaf.jaas.cfg",
          "org.apache.karaf.shell.cfg",
          "org.ops4j.pax.logging.cfg",
          "org.ops4j.pax.url.mvn.cfg",
          "startup.properties",
          "system.properties");

  /** Others of Karaf's, which may be away; but nobody means one with nothing in it. */
  private static final String OTHERS = "org.{apache,ops4j}.*.cfg";

  private final Folders folders;

  Essentials(Folders folders) {
    this.folders = folders;
  }

  /** Refuses to start where one is not there or holds nothing, and says how to get it back. */
  void check() throws Refusal {
    Set<String> damaged = new TreeSet<>();
    for (String name : NEEDED) {
      if (isWithout(folders.etc().resolve(name))) {
        damaged.add(name);
      }
    }
    try (DirectoryStream<Path> others = Files.newDirectoryStream(folders.etc(), OTHERS)) {
      for (Path file : others) {
        if (isWithout(file)) {
          damaged.add(String.valueOf(file.getFileName()));
        }
      }
    } catch (IOException e) {
      throw new Refusal("the folder " + folders.etc() + " cannot be read: " + e);
    }
    if (!damaged.isEmpty()) {
      throw new Refusal(
          listed(damaged)
              + (damaged.size() == 1 ? " is" : " are")
              + " missing or empty, and Karaf cannot start so; type: "
              + remedy(damaged));
    }
  }

  private String listed(Set<String> names) {
    return names.size() == 1
        ? folders.etc().resolve(names.iterator().next()).toString()
        : "in " + folders.etc() + " " + String.join(", ", names);
  }

  /** An own configuration is mended from the installation's, if that is whole. */
  String remedy(Set<String> names) throws Refusal {
    Path shipped = folders.home().resolve("etc");
    boolean whole = !shipped.equals(folders.etc());
    for (String name : names) {
      whole &= !isWithout(shipped.resolve(name));
    }
    if (whole) {
      return names.stream()
          .map(name -> "cp " + shipped.resolve(name) + " " + folders.etc())
          .collect(Collectors.joining(" && "));
    }
    return names.stream()
        .map(name -> "'*/etc/" + name + "'")
        .collect(
            Collectors.joining(
                " ",
                "tar -xzf culvert-karaf-VERSION.tar.gz --strip-components 2 -C "
                    + folders.etc()
                    + " --wildcards ",
                ""));
  }

  /** Tells whether a file is not there, or holds nothing but blanks and zeros. */
  private static boolean isWithout(Path file) throws Refusal {
    if (!Files.isRegularFile(file)) {
      return true;
    }
    try {
      for (byte octet : Files.readAllBytes(file)) {
        if (octet < 0 || octet > ' ') {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new Refusal(file + " cannot be read: " + e);
    }
  }
}

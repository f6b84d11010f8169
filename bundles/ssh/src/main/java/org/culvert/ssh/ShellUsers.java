package org.culvert.ssh;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The names in Karaf's file of users of the shell.
 *
 * @param file where it is
 */
record ShellUsers(Path file) {

  /** Returns those of this installation. */
  static ShellUsers ofThisInstallation() {
    return new ShellUsers(Path.of(System.getProperty("karaf.etc", "etc"), "users.properties"));
  }

  /** Tells whether there is such a user now; a group is none. */
  boolean has(String name) {
    Properties users = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      users.load(in);
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
    return !name.startsWith("_g_") && users.containsKey(name);
  }
}

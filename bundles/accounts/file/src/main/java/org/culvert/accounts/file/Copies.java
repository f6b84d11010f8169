package org.culvert.accounts.file;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** What there is of the file a second time: the copy beside it, and one that Karaf makes. */
record Copies(UserFile file, Settings settings) {

  /** Keeps a whole file that has no password in clear, and says what is wrong with copies. */
  Set<String> keep(UserTable read, Optional<UserFile.Stamp> state) {
    Set<String> found = new LinkedHashSet<>();
    if (state.isEmpty()) {
      return found;
    }
    if (read.pending().isEmpty() && !read.lines().stream().allMatch(String::isBlank)) {
      try {
        file.keep(read.lines());
      } catch (IOException e) {
        found.add(file + " is not kept a second time, for its directory cannot be written: " + e);
      }
    }
    if (settings.copied()) {
      found.add(
          file
              + " is copied by Karaf into its configuration store, passwords and verifiers"
              + " included; let its name end with .properties, and set file in etc/"
              + Settings.PID
              + ".cfg");
    }
    return found;
  }
}

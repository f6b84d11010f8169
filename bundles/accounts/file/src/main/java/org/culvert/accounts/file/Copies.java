package org.culvert.accounts.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.file.FullDisk;

/**
 * What there is of the file a second time: the copy beside it, and one that Karaf makes.
 *
 * <p>A line that cannot be read may have a password in clear. The copy has the user's name only,
 * who stays locked out by it.
 */
record Copies(UserFile file, Settings settings) {

  /** Keeps a whole file that has no password in clear, and says what is wrong with copies. */
  Set<String> keep(UserTable read, Optional<UserFile.Stamp> state) {
    Set<String> found = new LinkedHashSet<>();
    if (state.isEmpty()) {
      return found;
    }
    if (read.pending().isEmpty() && !read.lines().stream().allMatch(String::isBlank)) {
      try {
        file.keep(readable(read));
      } catch (IOException e) {
        found.add(
            file
                + " is not kept a second time, for its directory cannot be written: "
                + FullDisk.words(file.path(), e));
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

  private static List<String> readable(UserTable read) {
    List<String> lines = new ArrayList<>(read.lines());
    read.broken()
        .forEach(
            (at, line) ->
                lines.set(
                    at, line.user().map(UserEntry::nothingOf).orElse("# A line was not read.")));
    return lines;
  }
}

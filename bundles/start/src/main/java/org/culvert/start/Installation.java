package org.culvert.start;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides before Karaf starts whether what its cache has can be started: else the cache is deleted,
 * and Karaf installs everything anew. Leases, users, certificates and configurations are not in
 * there.
 */
final class Installation {
  static final String BROKER = "broker";

  private final Folders folders;
  private final BundleCache cache;
  private final Teller teller;

  /** Tells the user something in one line. */
  interface Teller {
    void tell(String line);
  }

  Installation(Folders folders, Teller teller) {
    this.folders = folders;
    this.cache = new BundleCache(folders.cache());
    this.teller = teller;
  }

  /**
   * Makes the cache fit to be started.
   *
   * @param asked the role to start in; empty: the one of last time, else a broker
   * @return the role to start in
   */
  String prepare(String asked) throws Refusal {
    Optional<Properties> last = Notes.read(lastRole());
    String before = last.map(notes -> notes.getProperty("role", "")).orElse("");
    String role = !asked.isEmpty() ? asked : !before.isEmpty() ? before : BROKER;
    if (!BootFeatures.isRole(role)) {
      throw new Refusal(
          lastRole() + " has a role that there is not; say which: culvert broker, client or all");
    }
    BootFeatures configured = BootFeatures.of(folders, role);
    if (cache.exists()) {
      Optional<String> fault = fault(configured);
      if (fault.isPresent()) {
        // Before anything is deleted: what is there may still be of use.
        configured.check(folders);
        teller.tell(fault.get() + ": all bundles are installed anew; leases and users stay");
        clear();
      }
    }
    if (!cache.exists()) {
      configured.check(folders);
      folders.requireRoom();
    }
    remember(role);
    return role;
  }

  /** Says why the cache cannot be started with these features; empty if it can. */
  private Optional<String> fault(BootFeatures configured) throws Refusal {
    String role = configured.role();
    Optional<Stamp> stamp = Stamp.of(folders.cache());
    if (stamp.isEmpty()) {
      return Optional.of("the last installation of bundles was not completed");
    }
    Stamp complete = stamp.get();
    if (!complete.role().equals(role)) {
      return Optional.of("the role was " + complete.role() + " and is " + role + " now");
    }
    if (!complete.build().equals(folders.build())
        || !complete.home().equals(folders.home().toString())) {
      return Optional.of("this is another version of Culvert, or in another folder");
    }
    Optional<String> damage = cache.fault(complete.bundles());
    return damage.isPresent()
        ? damage.map(what -> "in " + folders.cache() + " " + what)
        : otherFeatures(complete, configured);
  }

  /** A file that was cut is no wish for fewer features: what is complete is started as it is. */
  private Optional<String> otherFeatures(Stamp complete, BootFeatures configured) throws Refusal {
    if (complete.asked().equals(configured.all())) {
      return Optional.empty();
    }
    Set<String> gone = new TreeSet<>(complete.asked());
    gone.removeAll(configured.all());
    Optional<Path> cut = gone.isEmpty() ? Optional.empty() : BootFeatures.unended(folders);
    if (cut.isPresent()) {
      teller.tell(
          cut.get()
              + " does not end with a line end, as if it were cut short, and lacks "
              + String.join(", ", gone)
              + ": what was installed before is started; mend the file, or end its last line");
      return Optional.empty();
    }
    return Optional.of("the configuration names other features than before");
  }

  private void clear() throws Refusal {
    try {
      // First, so that a crash in the middle is noticed.
      Stamp.remove(folders.cache());
      cache.clear();
    } catch (IOException e) {
      throw new Refusal(
          "the folder " + folders.cache() + " cannot be deleted (" + e + "); delete it by hand");
    }
  }

  private Path lastRole() {
    return folders.kept().resolve("role.properties");
  }

  private void remember(String role) throws Refusal {
    Properties notes = new Properties();
    notes.setProperty("role", role);
    try {
      Notes.write(lastRole(), notes);
    } catch (IOException e) {
      throw new Refusal("the folder " + folders.kept() + " cannot be written to: " + e);
    }
  }
}

package org.culvert.accounts.file;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.culvert.api.account.Account;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.PasswordCheck;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the users of one text file, and follows its changes.
 *
 * <p>A look-up reads a map. At most once a second it first asks the file system whether the file
 * changed; the one thread that finds a change reads the file, hashes passwords written in clear and
 * puts the hashes in their place, while others go on with the users known so far.
 *
 * <p>Immediate, so that a wrong configuration and passwords in clear do not wait for a first user.
 */
@Component(configurationPid = FileCredentialStore.PID, immediate = true)
@Designate(ocd = FileCredentialStore.Config.class)
public final class FileCredentialStore implements CredentialStore {
  static final String PID = "org.culvert.accounts.file";

  private static final Logger LOG = LoggerFactory.getLogger(FileCredentialStore.class);
  private static final long CHECK_INTERVAL = TimeUnit.SECONDS.toNanos(1);

  /** How often to start again when somebody saves the file while it is being rewritten. */
  private static final int ATTEMPTS = 3;

  private final Settings settings;
  private final UserFile file;
  private final Consumer<String> warnings;
  private final LongSupplier nanoTime;
  private final PasswordCheck nobody;

  /** Guards {@link #stamp} and {@link #warned}, and lets one thread read the file. */
  private final ReentrantLock reading = new ReentrantLock();

  private Optional<UserFile.Stamp> stamp = Optional.empty();
  private Set<String> warned = Set.of();
  private volatile Map<String, Account> accounts = Map.of();
  private volatile long checked;

  /** What an operator may set. */
  @ObjectClassDefinition(
      name = "Culvert accounts in a file",
      description = "Where users and their password verifiers are kept.")
  @interface Config {
    @AttributeDefinition(
        name = "File",
        description =
            "The file with one user on each line. A relative name starts at Karaf's base directory."
                + " No file means no users.")
    String file() default "etc/culvert-users.properties";

    @AttributeDefinition(
        name = "Realm",
        description =
            "The realm of DIGEST-MD5. Users who were hashed for another realm must be given their"
                + " password again.")
    String realm() default "culvert";

    @AttributeDefinition(
        name = "DIGEST-MD5",
        description =
            "Whether users may authenticate with DIGEST-MD5. It needs a hash that is as good as"
                + " the password within the realm; without it only slow, salted hashes are kept.")
    boolean digestMd5() default true;

    @AttributeDefinition(
        name = "Iterations",
        description =
            "How much work a guess at a password costs: PBKDF2 iterations, 1000 to 10000000."
                + " Passwords hashed before keep their number.")
    int iterations() default 100_000;
  }

  /** Reads the file; broken lines are logged, not thrown. */
  @Activate
  public FileCredentialStore(Config config) {
    this(Settings.from(config), LOG::warn, System::nanoTime);
  }

  FileCredentialStore(Settings settings, Consumer<String> warnings, LongSupplier nanoTime) {
    this.settings = settings;
    this.file = new UserFile(settings.file());
    this.warnings = warnings;
    this.nanoTime = nanoTime;
    this.nobody = Pbkdf2Verifier.ofNobody(settings.iterations());
    this.checked = nanoTime.getAsLong() - CHECK_INTERVAL;
    refresh();
  }

  @Override
  public Optional<Account> find(String user) {
    refresh();
    return Optional.ofNullable(accounts.get(user));
  }

  @Override
  public PasswordCheck nobody() {
    return nobody;
  }

  private void refresh() {
    long now = nanoTime.getAsLong();
    if (now - checked < CHECK_INTERVAL || !reading.tryLock()) {
      return;
    }
    try {
      checked = now;
      Set<String> found = new LinkedHashSet<>(warned);
      try {
        Optional<UserFile.Stamp> present = file.stamp();
        if (!present.equals(stamp)) {
          found.clear();
          read(found);
        }
      } catch (IOException e) {
        found.add(file + " cannot be read, its users stay as they were: " + e);
      }
      found.stream().filter(warning -> !warned.contains(warning)).forEach(warnings);
      warned = found;
    } finally {
      reading.unlock();
    }
  }

  private void read(Set<String> found) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<UserFile.Content> content = file.read();
      if (content.isEmpty()) {
        accounts = Map.of();
        stamp = Optional.empty();
        return;
      }
      UserTable table = UserTable.of(content.get().lines(), settings);
      accounts = table.accounts();
      stamp = Optional.of(content.get().stamp());
      found.clear();
      table.remarks().forEach(remark -> found.add(file + " " + remark));
      if (settings.copied()) {
        found.add(
            file
                + " is copied by Karaf into its configuration store, passwords and verifiers"
                + " included; let its name end with .properties, and set file in etc/"
                + PID
                + ".cfg");
      }
      if (!table.rewritten()) {
        return;
      }
      try {
        Optional<UserFile.Stamp> replaced =
            file.replace(new UserFile.Content(content.get().stamp(), table.lines()));
        if (replaced.isPresent()) {
          stamp = replaced;
          return;
        }
      } catch (IOException e) {
        found.add(file + " keeps passwords in clear, for it cannot be replaced: " + e);
        return;
      }
    }
  }
}

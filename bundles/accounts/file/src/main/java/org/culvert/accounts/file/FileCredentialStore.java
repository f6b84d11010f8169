package org.culvert.accounts.file;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountAdministration;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.PasswordCheck;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.MistakeSource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the users of one text file, and lets an operator change them, in the file or from the
 * shell.
 *
 * <p>Immediate, so that a wrong configuration and passwords in clear do not wait for a first user.
 */
@Component(
    service = {CredentialStore.class, AccountAdministration.class, MistakeSource.class},
    configurationPid = Settings.PID,
    immediate = true)
@Designate(ocd = AccountsConfig.class)
public final class FileCredentialStore
    implements CredentialStore, AccountAdministration, MistakeSource {
  private static final Logger LOG = LoggerFactory.getLogger(FileCredentialStore.class);

  private final Remarks remarks;
  private final FollowedUsers users;
  private final Follower follower;
  private final AccountAdministration administration;
  private final PasswordCheck nobody;

  /** Reads the file; broken lines are logged, not thrown. Hashes nothing, and begins to follow. */
  @Activate
  public FileCredentialStore(AccountsConfig config) {
    this(Settings.from(config));
  }

  private FileCredentialStore(Settings settings) {
    this(
        settings,
        Hashing.of(settings),
        LOG::warn,
        System::nanoTime,
        InstantSource.system(),
        Executors.newSingleThreadScheduledExecutor(task -> thread(task, "watch")),
        Executors.newSingleThreadExecutor(task -> thread(task, "hash")));
  }

  /**
   * @param watching one thread, which the store ends
   * @param background another, which it ends, too
   */
  FileCredentialStore(
      Settings settings,
      Hashing hashing,
      Consumer<String> warnings,
      LongSupplier nanoTime,
      InstantSource clock,
      ScheduledExecutorService watching,
      ExecutorService background) {
    this.remarks = new Remarks(warnings);
    this.nobody = BcryptVerifier.ofNobody(settings.bcryptCost());
    TableReader reader = new TableReader(settings, hashing, clock);
    this.users = new FollowedUsers(settings, hashing, reader, nobody, remarks, nanoTime);
    this.administration = new FileAccounts(users, settings, hashing, clock);
    this.follower =
        new Follower(
            users, List.of(new Neighbours(settings.file(), remarks)), watching, background);
  }

  private static Thread thread(Runnable task, String purpose) {
    Thread made = new Thread(task, "culvert-accounts-" + purpose);
    made.setDaemon(true);
    return made;
  }

  /** Ends its threads. */
  @Deactivate
  public void close() {
    follower.close();
  }

  @Override
  public List<Mistake> mistakes() {
    return remarks.all().stream().map(text -> new Mistake(Settings.PID, false, text)).toList();
  }

  @Override
  public Optional<Account> find(String user) {
    return users.find(user);
  }

  @Override
  public long changes() {
    return users.changes();
  }

  @Override
  public PasswordCheck nobody() {
    return nobody;
  }

  @Override
  public List<AccountSummary> accounts() {
    return administration.accounts();
  }

  @Override
  public AccountSummary create(String user, AccountSettings settings) {
    return administration.create(user, settings);
  }

  @Override
  public AccountSummary create(String user, AccountSettings settings, char[] password) {
    return administration.create(user, settings, password);
  }

  @Override
  public AccountSummary change(String user, AccountSettings settings) {
    return administration.change(user, settings);
  }

  @Override
  public AccountSummary change(String user, AccountSettings settings, char[] password) {
    return administration.change(user, settings, password);
  }

  @Override
  public void remove(String user) {
    administration.remove(user);
  }
}

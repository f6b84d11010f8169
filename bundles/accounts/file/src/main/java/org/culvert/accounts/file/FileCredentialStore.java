package org.culvert.accounts.file;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountAdministration;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
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
 * Knows the users of one text file, and lets an operator change them, in the file or from the
 * shell.
 *
 * <p>Immediate, so that a wrong configuration and passwords in clear do not wait for a first user.
 */
@Component(
    service = {CredentialStore.class, AccountAdministration.class},
    configurationPid = FileCredentialStore.PID,
    immediate = true)
@Designate(ocd = FileCredentialStore.Config.class)
public final class FileCredentialStore implements CredentialStore, AccountAdministration {
  static final String PID = "org.culvert.accounts.file";

  private static final Logger LOG = LoggerFactory.getLogger(FileCredentialStore.class);

  private final FollowedUsers users;
  private final AccountAdministration administration;
  private final PasswordCheck nobody;

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
            "Whether users for whom the word digest is set may authenticate with DIGEST-MD5. It"
                + " needs a hash that is as good as the password within the realm; without it only"
                + " salted, slow hashes are kept.")
    boolean digestMd5() default true;

    @AttributeDefinition(
        name = "Iterations",
        description =
            "How much work a guess at a password costs where SCRAM's keys are stolen, and a client"
                + " at each connection: 4096 to 10000000. Passwords hashed before keep their"
                + " number.")
    int iterations() default 50_000;

    @AttributeDefinition(
        name = "bcrypt cost",
        description =
            "How much work a guess costs where bcrypt's hash is stolen, and the broker at a login"
                + " by PLAIN: 8 to 16, each step doubles it. Passwords hashed before keep theirs.")
    int bcryptCost() default 11;
  }

  /** Reads the file; broken lines are logged, not thrown. */
  @Activate
  public FileCredentialStore(Config config) {
    this(Settings.from(config), LOG::warn, System::nanoTime, InstantSource.system());
  }

  FileCredentialStore(
      Settings settings, Consumer<String> warnings, LongSupplier nanoTime, InstantSource clock) {
    this.users = new FollowedUsers(settings, warnings, nanoTime, clock);
    this.administration = new FileAccounts(users, settings, clock);
    this.nobody = BcryptVerifier.ofNobody(settings.bcryptCost());
  }

  @Override
  public Optional<Account> find(String user) {
    return users.find(user);
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

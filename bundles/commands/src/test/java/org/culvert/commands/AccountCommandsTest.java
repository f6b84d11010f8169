package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.security.sasl.SaslServerFactory;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountAdministration;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
import org.culvert.api.account.SaslProperties;
import org.culvert.api.broker.BrokerAdministration;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.broker.PrefixReservation;
import org.culvert.api.lease.Lease;
import org.culvert.testkit.account.InMemoryAccounts;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.trace.Promise;
import org.junit.jupiter.api.Test;

class AccountCommandsTest {
  private static final AccountSettings USUAL = AccountSettings.USUAL;
  private static final String CANARY = "canary-5f1e";

  private final InMemoryAccounts accounts = new InMemoryAccounts();
  private final FakeServices services =
      new FakeServices()
          .add(AccountAdministration.class, accounts)
          .add(
              SaslServerFactory.class,
              new NoServers(),
              Map.of(SaslProperties.MECHANISM, "SCRAM-SHA-256"));

  @Test
  void passwordIsAskedForTwiceWithoutEcho() throws Exception {
    FakeSession typing = FakeSession.typing(CANARY, CANARY);

    String printed = create("alice", typing);

    assertThat(accounts.password("alice")).contains(CANARY);
    assertThat(typing.prompts()).containsExactly("0 Password of alice: ", "0 Again: ");
    assertThat(printed).contains("alice", "SCRAM-SHA-256", "enabled").doesNotContain(CANARY);
  }

  @Test
  void passwordsThatDifferAndNoneAreRefusedAndNothingIsChanged() {
    assertThatThrownBy(() -> create("alice", FakeSession.typing(CANARY, "other")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("not alike");
    assertThatThrownBy(() -> create("alice", FakeSession.typing("")))
        .hasMessageContaining("No password was given");
    for (FakeSession gone :
        new FakeSession[] {
          FakeSession.typing(),
          FakeSession.typing(FakeSession.CTRL_C),
          FakeSession.typing(CANARY, FakeSession.CTRL_C),
        }) {
      assertThatThrownBy(() -> create("alice", gone))
          .hasMessage("No password was given; nothing was changed.");
    }

    assertThat(accounts.accounts()).isEmpty();
  }

  @Test
  void passwordIsMadeUpAndShownOnce() throws Exception {
    AccountCreateCommand command = new AccountCreateCommand();
    command.generate = true;

    String printed = run(command, "alice", FakeSession.typing());

    String password = accounts.password("alice").orElseThrow();
    assertThat(password).hasSize(Passwords.LENGTH).matches("[" + Passwords.ALPHABET + "]+");
    assertThat(printed).containsOnlyOnce(password);
    assertThat(Passwords.generate()).isNotEqualTo(Passwords.generate());
    assertThat(Passwords.ALPHABET.chars().distinct()).hasSize(32);
  }

  @Test
  void passwordIsReadFromAPipeWithoutItsLineEnd() throws Exception {
    for (String text :
        new String[] {"p\u00e4ss word\r\nmore", "p\u00e4ss word\n", "p\u00e4ss word"}) {
      AccountCreateCommand command = new AccountCreateCommand();
      command.passwordStdin = true;

      run(command, "alice", FakeSession.piping(text));

      assertThat(accounts.password("alice")).contains("p\u00e4ss word");
      accounts.remove("alice");
    }
  }

  @Test
  void pipeIsReadToALimitAndAsUtf8Only() throws Exception {
    AccountCreateCommand command = new AccountCreateCommand();
    command.passwordStdin = true;

    run(command, "alice", FakeSession.piping("x".repeat(Passwords.MAX_OCTETS)));

    assertThat(accounts.password("alice").orElseThrow()).hasSize(Passwords.MAX_OCTETS);
    assertThatThrownBy(
            () -> run(command, "bob", FakeSession.piping("x".repeat(Passwords.MAX_OCTETS) + "y")))
        .hasMessageContaining("longer than 1024 octets");
    assertThatThrownBy(() -> run(command, "bob", FakeSession.piping(new byte[] {(byte) 0xe4})))
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void pipeIsNotReadAtATerminalAndATerminalNotMissedInSilence() {
    AccountCreateCommand command = new AccountCreateCommand();
    command.passwordStdin = true;

    assertThatThrownBy(() -> run(command, "alice", FakeSession.typing(CANARY)))
        .hasMessageContaining("--password-stdin is for scripts");
    assertThatThrownBy(() -> create("alice", FakeSession.piping(CANARY)))
        .hasMessageContaining("no terminal");
    assertThat(accounts.accounts()).isEmpty();
  }

  @Test
  void existingUserIsRefusedBeforeAnybodyIsAsked() {
    accounts.create("alice", USUAL, CANARY.toCharArray());
    FakeSession typing = FakeSession.typing(CANARY, CANARY);

    assertThatThrownBy(() -> create("alice", typing))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("There is a user alice already.");
    assertThat(typing.prompts()).isEmpty();
  }

  @Test
  void optionsBecomeSettings() throws Exception {
    AccountCreateCommand command = new AccountCreateCommand();
    command.digest = true;
    command.tlsOnly = true;
    command.mechanisms = "plain,scram-sha-256";

    String printed = run(command, "alice", FakeSession.typing(CANARY, CANARY));

    assertThat(accounts.accounts().get(0).settings())
        .isEqualTo(
            new AccountSettings(
                true, true, new AccountPolicy(Set.of("PLAIN", "SCRAM-SHA-256"), true)));
    assertThat(printed)
        .contains("kept: as good as the password")
        .contains("Note: no bundle offers PLAIN now.");
  }

  @Test
  void userOfACertificateIsNotAskedForAPassword() throws Exception {
    AccountCreateCommand command = new AccountCreateCommand();
    command.mechanisms = "external";

    run(command, "gw7", FakeSession.typing());

    assertThat(accounts.password("gw7")).isEmpty();
    assertThat(accounts.accounts()).hasSize(1);
  }

  @Test
  void policyChangesWhatItNamesAndKeepsTheRest() throws Exception {
    accounts.create(
        "alice",
        USUAL.digestMd5(true).policy(new AccountPolicy(Set.of("PLAIN"), true)),
        CANARY.toCharArray());
    AccountPolicyCommand command = new AccountPolicyCommand();

    run(command, "alice");
    assertThat(accounts.accounts().get(0).settings().digestMd5()).isTrue();

    command.noDigest = true;
    run(command, "alice");
    assertThat(accounts.accounts().get(0).settings())
        .isEqualTo(USUAL.policy(new AccountPolicy(Set.of("PLAIN"), true)));

    command.mechanisms = "ANY";
    command.noTlsOnly = true;
    run(command, "alice");
    assertThat(accounts.accounts().get(0).settings()).isEqualTo(USUAL);
    assertThat(accounts.password("alice")).contains(CANARY);
  }

  @Test
  void groupsAreSetWithThePolicyAndTakenAway() throws Exception {
    accounts.create("alice", USUAL, CANARY.toCharArray());
    AccountPolicyCommand command = new AccountPolicyCommand();

    command.groups = "vip,home,vip";
    assertThat(run(command, "alice")).contains("home vip");
    assertThat(run(new AccountsCommand())).contains("groups: home vip");
    command.groups = "none";
    run(command, "alice");

    assertThat(accounts.accounts().get(0).settings()).isEqualTo(USUAL);
  }

  @Test
  void aLifetimeIsSetTakenAwayAndChecked() throws Exception {
    accounts.create("alice", USUAL, CANARY.toCharArray());
    AccountPolicyCommand command = new AccountPolicyCommand();

    command.lifetime = "90";
    assertThat(run(command, "alice")).contains("lifetime");
    assertThat(accounts.accounts().get(0).settings().lifetime()).contains(Duration.ofMinutes(90));
    command.lifetime = "an hour";
    assertThatThrownBy(() -> run(command, "alice")).hasMessageContaining("no lifetime");
    command.lifetime = "broker";
    run(command, "alice");

    assertThat(accounts.accounts().get(0).settings()).isEqualTo(USUAL);
  }

  @Test
  void aListShowsLifetimes() throws Exception {
    accounts.create(
        "alice", USUAL.lifetime(Optional.of(Duration.ofMinutes(90))), CANARY.toCharArray());

    assertThat(run(new AccountsCommand())).contains("lifetime: 1h30m");
  }

  @Test
  void anOptionIsNoValueOfAnother() {
    accounts.create("limo", USUAL, CANARY.toCharArray());
    AccountPolicyCommand command = new AccountPolicyCommand();
    command.groups = "--json";

    assertThatThrownBy(() -> run(command, "limo"))
        .isInstanceOfSatisfying(
            CommandException.class,
            e ->
                assertThat(e.getNiceHelp())
                    .isEqualTo(
                        "The value of --groups is missing: --json is an option.\n"
                            + "Write the value behind --groups. Try: culvert:account-policy"
                            + " --help"));
    assertThat(accounts.accounts().get(0).settings()).isEqualTo(USUAL);
  }

  @Test
  void anOptionBehindTheNameIsNoValueEither() {
    accounts.create("limo", USUAL, CANARY.toCharArray());
    AccountPolicyCommand command = new AccountPolicyCommand();
    command.words = List.of("limo", "--lifetime", "--json");

    assertThatThrownBy(() -> run(command))
        .hasMessage("The value of --lifetime is missing: --json is an option.");
  }

  @Test
  void emptyValuesAreRefusedWithWhatToWrite() {
    accounts.create("alice", USUAL, CANARY.toCharArray());
    for (String option : List.of("--groups", "--mechanisms", "--lifetime")) {
      AccountPolicyCommand command = new AccountPolicyCommand();
      command.words = List.of("alice", option, "");

      assertThatThrownBy(() -> run(command))
          .hasMessage("The value of " + option + " is empty.")
          .isInstanceOfSatisfying(
              CommandException.class, e -> assertThat(e.getNiceHelp()).contains("Write "));
    }
  }

  @Test
  void aRefusedLifetimeIsNotBlamedOnThePassword() {
    AccountPolicyCommand command = new AccountPolicyCommand();
    command.lifetime = "5256001";
    services.add(
        AccountAdministration.class,
        new RefusingAccounts("This is no lifetime.", "Write minutes, 1 to 5256000."));

    assertThatThrownBy(() -> run(command, "alice"))
        .isInstanceOfSatisfying(
            CommandException.class,
            e ->
                assertThat(e.getNiceHelp())
                    .isEqualTo("This is no lifetime.\nWrite minutes, 1 to 5256000."));
  }

  @Test
  void aTunnelThatKeepsItsGroupsIsNamedWithTheCommandThatEndsIt() throws Exception {
    FakeBroker broker = new FakeBroker();
    services.add(BrokerAdministration.class, broker);
    accounts.create("user-1", USUAL, CANARY.toCharArray());
    AccountPolicyCommand command = new AccountPolicyCommand();

    command.groups = "vip";
    assertThat(run(command, "user-1"))
        .contains("Note: tunnel lease-1 keeps its groups and lifetime until its client asks again")
        .contains("To end it: culvert:tunnel-delete lease-1");
    command.json = true;
    assertThat(run(command, "user-1")).contains("\"user\": \"user-1\"", "\"told\"", "lease-1");
    assertThat(broker.deleted).isEmpty();

    command.endTunnel = true;
    assertThat(run(command, "user-1")).contains("Ended: tunnel lease-1.");
    assertThat(broker.deleted).containsExactly("lease-1");
  }

  @Test
  void whatATunnelHasAlreadyIsNotNamed() throws Exception {
    services.add(BrokerAdministration.class, new FakeBroker());
    accounts.create("user-1", USUAL.groups(Set.of("vip")), CANARY.toCharArray());
    AccountPolicyCommand command = new AccountPolicyCommand();
    command.groups = "none";

    assertThat(run(command, "user-1")).doesNotContain("Note:");
  }

  @Test
  void aTunnelIsEndedWithAChangeOnly() {
    accounts.create("user-1", USUAL, CANARY.toCharArray());
    AccountPolicyCommand command = new AccountPolicyCommand();
    command.endTunnel = true;

    assertThatThrownBy(() -> run(command, "user-1"))
        .hasMessage("--end-tunnel stands beside a change only.");
  }

  @Test
  void optionsThatContradictEachOtherAreRefused() {
    accounts.create("alice", USUAL, CANARY.toCharArray());
    AccountPolicyCommand policy = new AccountPolicyCommand();
    policy.digest = true;
    policy.noDigest = true;
    AccountPasswordCommand password = new AccountPasswordCommand();
    password.generate = true;
    password.passwordStdin = true;

    assertThatThrownBy(() -> run(policy, "alice")).hasMessageContaining("contradict");
    assertThatThrownBy(() -> run(password, "alice", FakeSession.typing()))
        .hasMessageContaining("contradict");
  }

  @Test
  void newPasswordKeepsTheSettingsUnlessOptionsSayOtherwise() throws Exception {
    accounts.create("alice", USUAL.digestMd5(true).enabled(false), "old".toCharArray());
    AccountPasswordCommand command = new AccountPasswordCommand();
    command.tlsOnly = true;

    run(command, "alice", FakeSession.typing(CANARY, CANARY));

    assertThat(accounts.password("alice")).contains(CANARY);
    assertThat(accounts.accounts().get(0).settings())
        .isEqualTo(new AccountSettings(false, true, new AccountPolicy(Set.of(), true)));
  }

  @Test
  void lockedOutUsersTunnelIsNamedWithTheCommandThatEndsIt() throws Exception {
    FakeBroker broker = new FakeBroker();
    services.add(BrokerAdministration.class, broker);
    accounts.create("user-1", USUAL, CANARY.toCharArray());

    AccountDisableCommand disable = new AccountDisableCommand();
    disable.words = List.of("user-1");
    String printed = run(disable);

    assertThat(printed)
        .contains("Disabled: user-1.")
        .contains("To end it: culvert:tunnel-delete lease-1");
    assertThat(broker.deleted).isEmpty();
    assertThat(accounts.accounts().get(0).settings().enabled()).isFalse();

    AccountEnableCommand enable = new AccountEnableCommand();
    enable.words = List.of("user-1");
    assertThat(run(enable)).contains("Enabled: user-1.");
    assertThat(accounts.accounts().get(0).settings().enabled()).isTrue();
  }

  @Test
  void tunnelIsEndedWithTheAccountIfAskedAndNobodyElses() throws Exception {
    FakeBroker broker = new FakeBroker();
    services.add(BrokerAdministration.class, broker);
    accounts.create("user-1", USUAL, CANARY.toCharArray());

    AccountRemoveCommand remove = new AccountRemoveCommand();
    remove.words = List.of("user-1");
    remove.endTunnel = true;
    String printed = run(remove);

    assertThat(printed).contains("Removed: user-1.", "Ended: tunnel lease-1.");
    assertThat(broker.deleted).containsExactly("lease-1");
    assertThat(accounts.accounts()).isEmpty();
  }

  @Test
  void whomACertificateNamesIsSaidToComeInWithoutAnAccount() throws Exception {
    AccountSettings certificate =
        USUAL.policy(new AccountPolicy(Set.of("EXTERNAL", "SCRAM-SHA-256"), true));
    accounts.create("gw7", certificate);
    accounts.create("sam", USUAL.policy(new AccountPolicy(Set.of("SCRAM-SHA-256"), false)));

    AccountRemoveCommand gateway = new AccountRemoveCommand();
    gateway.words = List.of("gw7");
    AccountRemoveCommand person = new AccountRemoveCommand();
    person.words = List.of("sam");

    assertThat(run(gateway))
        .contains("Removed: gw7.", "certificate", "culvert:account-create")
        .contains("culvert:account-disable");
    assertThat(run(person)).contains("Removed: sam.").doesNotContain("certificate");
  }

  @Test
  void tunnelsWithoutABrokerAreSaidNotToEnd() throws Exception {
    accounts.create("alice", USUAL, CANARY.toCharArray());
    AccountDisableCommand disable = new AccountDisableCommand();
    disable.words = List.of("alice");
    disable.endTunnel = true;

    assertThat(run(disable)).contains("no broker is running here");
  }

  @Test
  void usersOfEveryStoreAreListedAndChangedWhereTheyAre() throws Exception {
    InMemoryAccounts higher = new InMemoryAccounts();
    services.add(AccountAdministration.class, higher);
    accounts.create("alice", USUAL, CANARY.toCharArray());
    higher.create("bob", USUAL.digestMd5(true), CANARY.toCharArray());

    assertThat(run(new AccountsCommand())).contains("alice", "bob");
    AccountRemoveCommand remove = new AccountRemoveCommand();
    remove.words = List.of("alice");
    run(remove);
    create("carol", FakeSession.typing(CANARY, CANARY));

    assertThat(accounts.accounts()).isEmpty();
    assertThat(higher.accounts()).hasSize(2);
  }

  @Test
  void listingFlagsWhatIsAsGoodAsAPasswordInEightyColumns() throws Exception {
    Set<String> many = Set.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "DIGEST-MD5", "PLAIN");
    accounts.create(
        "x".repeat(64),
        USUAL.enabled(false).digestMd5(true).policy(new AccountPolicy(many, true)),
        CANARY.toCharArray());
    accounts.create("gw7", USUAL.policy(new AccountPolicy(Set.of("EXTERNAL"), false)));

    String printed = run(new AccountsCommand());

    assertThat(printed.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    assertThat(printed.replaceAll("\\s+", " "))
        .contains("disabled 2026-")
        .contains("digest kept: as good as the password")
        .contains("allowed: DIGEST-MD5 PLAIN SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS")
        .contains("no password; allowed: EXTERNAL");
  }

  @Test
  void unknownUsersAndHostileNamesAreRefusedInTwoLines() {
    AccountEnableCommand enable = new AccountEnableCommand();
    enable.words = List.of("\u001b[2J");

    assertThatThrownBy(() -> run(enable))
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> {
              assertThat(e.getMessage()).isEqualTo("There is no user \\u001b[2J.");
              assertThat(e.getNiceHelp()).contains("Try: culvert:accounts");
            });
  }

  @Test
  void refusalsOfTheStoreAreShownWithTheirRemedy() {
    AccountCreateCommand command = new AccountCreateCommand();
    command.passwordStdin = true;

    assertThatThrownBy(() -> run(command, "alice", FakeSession.piping("")))
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> assertThat(e.getNiceHelp()).contains("is empty", "Choose another one."));
  }

  @Test
  void wordsBehindTheNameAreRefusedInWordsThatHelp() {
    AccountCreateCommand command = new AccountCreateCommand();
    command.session = FakeSession.typing(CANARY, CANARY).session();

    assertThatThrownBy(() -> run(command)).hasMessage("The user's name is missing.");
    command.words = List.of("alice", CANARY);
    assertThatThrownBy(() -> run(command))
        .hasMessage("There is one argument: the user's name. A password is never one.");
    assertThat(accounts.accounts()).isEmpty();
  }

  @Test
  void optionsMayStandBehindTheName() throws Exception {
    AccountCreateCommand command = new AccountCreateCommand();
    command.session = FakeSession.typing(CANARY, CANARY).session();
    command.words = List.of("alice", "--digest", "--groups", "home,work", "--mechanisms=any");

    assertThat(run(command)).contains("home work", "kept: as good as the password");

    AccountDisableCommand disable = new AccountDisableCommand();
    disable.json = true;
    disable.words = List.of("alice", "--end-tunnel");
    assertThat(run(disable).replaceAll("\\s+", " "))
        .startsWith("{ \"user\": \"alice\", \"told\": [ \"Disabled: alice.\", \"Note:");
  }

  @Test
  void missingStoreIsSaid() {
    AccountsCommand command = new AccountsCommand();
    command.context = new FakeServices().context();

    assertThatThrownBy(() -> command.run(System.out))
        .hasMessageContaining("A store of accounts is not running here.");
  }

  @Test
  @Promise("P8")
  void plantedPasswordIsFoundInNothingThatIsPrinted() throws Exception {
    StringBuilder printed = new StringBuilder();
    printed.append(create("alice", FakeSession.typing(CANARY, CANARY)));
    for (boolean json : new boolean[] {false, true}) {
      AccountsCommand list = new AccountsCommand();
      list.json = json;
      printed.append(run(list));
      AccountPasswordCommand password = new AccountPasswordCommand();
      password.json = json;
      printed.append(run(password, "alice", FakeSession.typing(CANARY, CANARY)));
      try {
        run(password, "alice", FakeSession.typing(CANARY, CANARY + "x"));
      } catch (CommandException e) {
        printed.append(e).append(e.getNiceHelp());
      }
    }

    assertThat(printed.toString()).contains("\"user\": \"alice\"").doesNotContain(CANARY);
  }

  private String create(String user, FakeSession session) throws Exception {
    return run(new AccountCreateCommand(), user, session);
  }

  private String run(PasswordCommand command, String user, FakeSession session) throws Exception {
    command.session = session.session();
    return run(command, user);
  }

  private String run(PolicyCommand command, String user) throws Exception {
    command.words = List.of(user);
    return run(command);
  }

  private String run(AccountCommand command) throws Exception {
    command.context = services.context();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    command.width = 80;
    command.run(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Knows two tunnels that are up, and one that ended. */
  private static final class FakeBroker implements BrokerAdministration {
    private final List<String> deleted = new ArrayList<>();

    @Override
    public List<BrokeredTunnel> tunnels() {
      return List.of(
          tunnel(SampleLeases.active(1)),
          tunnel(SampleLeases.active(2)),
          tunnel(SampleLeases.next(SampleLeases.active(3), Lease.State.EXPIRED)));
    }

    @Override
    public List<PoolUse> pools() {
      return List.of();
    }

    @Override
    public List<PrefixReservation> reservations() {
      return List.of();
    }

    @Override
    public CompletionStage<List<String>> verify() {
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<Boolean> delete(String id) {
      deleted.add(id);
      return CompletableFuture.completedFuture(true);
    }

    private static BrokeredTunnel tunnel(Lease lease) {
      return new BrokeredTunnel(lease, Optional.empty());
    }
  }

  /** Has alice, and refuses every change of hers. */
  private static final class RefusingAccounts implements AccountAdministration {
    private final AccountException refusal;

    RefusingAccounts(String cause, String remedy) {
      refusal = new AccountException(cause, remedy);
    }

    @Override
    public List<AccountSummary> accounts() {
      return List.of(new AccountSummary("alice", USUAL, List.of(), Optional.empty()));
    }

    @Override
    public AccountSummary create(String user, AccountSettings settings) {
      throw refusal;
    }

    @Override
    public AccountSummary create(String user, AccountSettings settings, char[] password) {
      throw refusal;
    }

    @Override
    public AccountSummary change(String user, AccountSettings settings) {
      throw refusal;
    }

    @Override
    public AccountSummary change(String user, AccountSettings settings, char[] password) {
      throw refusal;
    }

    @Override
    public void remove(String user) {
      throw refusal;
    }
  }

  /** Makes nothing: only its property is read. */
  private static final class NoServers implements SaslServerFactory {
    @Override
    public javax.security.sasl.SaslServer createSaslServer(
        String mechanism,
        String protocol,
        String serverName,
        Map<String, ?> props,
        javax.security.auth.callback.CallbackHandler callbacks) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String[] getMechanismNames(Map<String, ?> props) {
      return new String[0];
    }
  }
}

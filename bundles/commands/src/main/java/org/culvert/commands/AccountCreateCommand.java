package org.culvert.commands;

import java.io.PrintStream;
import java.util.Set;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountAdministration;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;

/** Adds a user. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "account-create",
    description = "Add a user; the password is asked for, or made up")
public final class AccountCreateCommand extends PasswordCommand {
  /** For these a certificate stands for the password. */
  private static final Set<String> WITHOUT_PASSWORD = Set.of("EXTERNAL");

  @Override
  void runOnAccounts(PrintStream out) throws CommandException {
    String user = user();
    for (AccountAdministration store : stores()) {
      if (store.accounts().stream().anyMatch(account -> account.user().equals(user))) {
        throw refusal(
            "There is a user " + Text.safe(user) + " already.",
            "Choose another name, or try: culvert:account-password or culvert:account-policy");
      }
    }
    AccountAdministration store = stores().get(0);
    AccountSettings settings = apply(AccountSettings.USUAL);
    if (settings.policy().mechanisms().equals(WITHOUT_PASSWORD) && !generate && !passwordStdin) {
      AccountSummary account = store.create(user, settings);
      print(out, account);
      remark(out, settings);
      return;
    }
    withPassword(out, password -> store.create(user, settings, password));
  }
}

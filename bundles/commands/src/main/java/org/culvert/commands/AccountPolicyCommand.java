package org.culvert.commands;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;

/** Sets how a user may authenticate, and the user's groups; without options, shows it. */
@Service
@Command(
    scope = "culvert",
    name = "account-policy",
    description = "Set how a user may authenticate and in which groups the user is")
public final class AccountPolicyCommand extends PolicyCommand {
  @Override
  void runOnAccounts(PrintStream out) throws CommandException {
    String user = user();
    Found found = find(user);
    if (!isPolicyGiven()) {
      print(out, found.account());
      return;
    }
    AccountSettings settings = apply(found.account().settings());
    AccountSummary account;
    try {
      account = found.store().change(user, settings);
    } catch (AccountException e) {
      throw refusal(
          Text.safe(String.valueOf(e.getMessage())),
          Text.safe(e.remedy()) + " Try: culvert:account-password with the same options");
    }
    print(out, account);
    remark(out, settings);
  }
}

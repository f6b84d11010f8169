package org.culvert.commands;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.broker.BrokerAdministration;

/** Gives a user another password, and perhaps another policy with it. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "account-password",
    description = "Set a user's password; it is asked for, or made up")
public final class AccountPasswordCommand extends PasswordCommand {
  @Override
  void runOnAccounts(PrintStream out) throws CommandException {
    String user = user();
    Found found = find(user);
    AccountSettings settings = apply(found.account().settings());
    withPassword(out, password -> found.store().change(user, settings, password));
    if (isPolicyGiven() && !json) {
      UserTunnels tunnels = new UserTunnels(find(BrokerAdministration.class, ""), user);
      keeping(tunnels, settings).forEach(out::println);
    }
  }
}

package org.culvert.commands;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
import org.culvert.api.broker.BrokerAdministration;

/**
 * Sets how a user may authenticate, and the user's groups; without options, shows it. A tunnel that
 * is up keeps what its user had, so it is named, or ended too.
 */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "account-policy",
    description = "Set how a user may authenticate and in which groups the user is")
public final class AccountPolicyCommand extends PolicyCommand {
  @Option(name = "--end-tunnel", description = "End the user's tunnel too")
  boolean endTunnel;

  @Override
  void runOnAccounts(PrintStream out) throws CommandException, InterruptedException {
    String user = user();
    Found found = find(user);
    if (!isPolicyGiven() && endTunnel) {
      throw refusal(
          "--end-tunnel stands beside a change only.",
          "To end a tunnel and change nothing, try: culvert:tunnel-delete");
    }
    if (!isPolicyGiven()) {
      print(out, found.account());
      return;
    }
    AccountSettings settings = apply(found.account().settings());
    AccountSummary account = found.store().change(user, settings);
    UserTunnels tunnels = new UserTunnels(find(BrokerAdministration.class, ""), user);
    List<String> told = endTunnel ? tunnels.end() : keeping(tunnels, settings);
    if (json) {
      Map<String, Object> row = new LinkedHashMap<>(row(account));
      row.put("told", told);
      Listing.printOne(out, true, width, row);
      return;
    }
    print(out, account);
    remark(out, settings);
    told.forEach(out::println);
  }
}

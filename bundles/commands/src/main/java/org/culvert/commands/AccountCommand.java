package org.culvert.commands;

import java.io.PrintStream;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountAdministration;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSummary;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** What the commands about accounts share. */
abstract class AccountCommand extends ShellCommand {

  @Override
  final void run(PrintStream out) throws CommandException, InterruptedException {
    try {
      runOnAccounts(out);
    } catch (AccountException e) {
      throw refusal(Text.safe(String.valueOf(e.getMessage())), Text.safe(e.remedy()));
    }
  }

  abstract void runOnAccounts(PrintStream out) throws CommandException, InterruptedException;

  /** Returns the stores that can be changed, the highest ranking first. */
  final List<AccountAdministration> stores() throws CommandException {
    // Says what is missing, and why.
    AccountAdministration first =
        service(AccountAdministration.class, "A store of accounts", "culvert-accounts-file");
    try {
      List<AccountAdministration> all =
          context.getServiceReferences(AccountAdministration.class, null).stream()
              .sorted(Comparator.<ServiceReference<?>>reverseOrder())
              .map(context::getService)
              .toList();
      return all.isEmpty() ? List.of(first) : all;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter was given", e);
    }
  }

  /** Finds the store that has a user. */
  final Found find(String user) throws CommandException {
    for (AccountAdministration store : stores()) {
      for (AccountSummary account : store.accounts()) {
        if (account.user().equals(user)) {
          return new Found(store, account);
        }
      }
    }
    throw refusal("There is no user " + Text.safe(user) + ".", "Try: culvert:accounts");
  }

  final void print(PrintStream out, AccountSummary account) {
    Listing.printOne(out, json, width, row(account));
  }

  static Map<String, Object> row(AccountSummary account) {
    AccountPolicy policy = account.settings().policy();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("user", account.user());
    row.put("state", account.settings().enabled() ? "enabled" : "disabled");
    row.put("since", account.since());
    row.put("tls", policy.tlsOnly() ? "only" : "any");
    row.put(
        "allowed",
        policy.mechanisms().isEmpty()
            ? "any"
            : String.join(" ", new TreeSet<>(policy.mechanisms())));
    row.put("mechanisms", String.join(" ", account.mechanisms()));
    row.put("groups", String.join(" ", new TreeSet<>(account.settings().groups())));
    row.put("lifetime", account.settings().lifetime());
    row.put("digest", account.settings().digestMd5() ? digest(account) : "no");
    return row;
  }

  /** What DIGEST-MD5 needs is worth a warning; it is absent until the password is seen again. */
  private static String digest(AccountSummary account) {
    return account.mechanisms().contains("DIGEST-MD5") ? "kept: as good as the password" : "wanted";
  }

  /** A user and the store that has it. */
  record Found(AccountAdministration store, AccountSummary account) {}
}

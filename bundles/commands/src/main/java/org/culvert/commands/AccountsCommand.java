package org.culvert.commands;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountAdministration;

/** Lists the accounts, without anything secret. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "accounts",
    description = "List the users and how they may authenticate")
public final class AccountsCommand extends AccountCommand {
  @Override
  void runOnAccounts(PrintStream out) throws CommandException {
    Listing listing = listing();
    for (AccountAdministration store : stores()) {
      store.accounts().forEach(account -> listing.add(row(account)));
    }
    listing.print(out, json, width);
  }

  static Listing listing() {
    return new Listing("state", "since", "tls", "user")
        .shorten("since", "2026-01-01".length())
        .secondLine(AccountsCommand::secondLine);
  }

  private static String secondLine(Map<String, Object> row) {
    String mechanisms = text(row, "mechanisms");
    StringBuilder line = new StringBuilder(mechanisms.isEmpty() ? "no password" : mechanisms);
    if (!text(row, "allowed").equals("any")) {
      line.append("; allowed: ").append(text(row, "allowed"));
    }
    if (!text(row, "digest").equals("no")) {
      line.append("; digest ").append(text(row, "digest"));
    }
    if (!text(row, "groups").isEmpty()) {
      line.append("; groups: ").append(text(row, "groups"));
    }
    if (row.get("lifetime") instanceof Optional<?> lifetime && lifetime.isPresent()) {
      line.append("; lifetime: ").append(Text.of((Object) lifetime));
    }
    return line.toString();
  }

  private static String text(Map<String, Object> row, String key) {
    return row.getOrDefault(key, "").toString();
  }
}

package org.culvert.commands;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.culvert.api.account.AccountAdministration;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Completes the names of users. */
@Service
public final class UserCompleter implements Completer {
  @Reference
  @SuppressWarnings("NullAway.Init")
  BundleContext context;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    StringsCompleter users = new StringsCompleter();
    ServiceReference<AccountAdministration> reference =
        context.getServiceReference(AccountAdministration.class);
    AccountAdministration accounts = reference == null ? null : context.getService(reference);
    if (accounts != null) {
      accounts.accounts().forEach(account -> users.getStrings().add(account.user()));
    }
    return users.complete(session, line, candidates);
  }
}

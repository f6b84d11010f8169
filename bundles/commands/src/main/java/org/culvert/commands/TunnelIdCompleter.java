package org.culvert.commands;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.culvert.api.broker.BrokerAdministration;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Completes the ids of tunnels. */
@Service
public final class TunnelIdCompleter implements Completer {
  @Reference
  @SuppressWarnings("NullAway.Init")
  BundleContext context;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    StringsCompleter ids = new StringsCompleter();
    ServiceReference<BrokerAdministration> reference =
        context.getServiceReference(BrokerAdministration.class);
    BrokerAdministration broker = reference == null ? null : context.getService(reference);
    if (broker != null) {
      broker.tunnels().forEach(tunnel -> ids.getStrings().add(tunnel.lease().id()));
    }
    return ids.complete(session, line, candidates);
  }
}

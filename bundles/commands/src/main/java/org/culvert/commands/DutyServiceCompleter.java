package org.culvert.commands;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.culvert.api.service.ServiceAdministration;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Completes the names of services that have something to do. */
@Service
public final class DutyServiceCompleter implements Completer {
  @Reference
  @SuppressWarnings("NullAway.Init")
  BundleContext context;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    StringsCompleter services = new StringsCompleter();
    ServiceReference<ServiceAdministration> reference =
        context.getServiceReference(ServiceAdministration.class);
    ServiceAdministration provisioning = reference == null ? null : context.getService(reference);
    if (provisioning != null) {
      provisioning.duties().forEach(duty -> services.getStrings().add(duty.service()));
    }
    return services.complete(session, line, candidates);
  }
}

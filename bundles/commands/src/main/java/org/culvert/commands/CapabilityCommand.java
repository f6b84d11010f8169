package org.culvert.commands;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslServerFactory;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.SaslProperties;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.netdev.NetworkDevices;
import org.osgi.framework.Bundle;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Lists which service offers what, and from which bundle: the CAPABILITY line, explained. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "capability",
    description = "List what is installed: which service offers what, from which bundle")
public final class CapabilityCommand extends ShellCommand {
  private static final List<Class<?>> KINDS =
      List.of(
          Encapsulation.class,
          SaslServerFactory.class,
          SaslClientFactory.class,
          CredentialStore.class,
          LeaseStore.class,
          TunnelEndpoint.class,
          Datapath.class,
          NetworkDevices.class);

  @Override
  void run(PrintStream out) {
    Listing listing = new Listing("service", "offers", "bundle");
    for (Class<?> kind : KINDS) {
      for (ServiceReference<?> reference : references(kind)) {
        offers(reference).forEach(offer -> listing.add(row(kind, reference, offer)));
      }
    }
    listing.print(out, json, width);
  }

  private List<ServiceReference<?>> references(Class<?> kind) {
    try {
      ServiceReference<?>[] found = context.getAllServiceReferences(kind.getName(), null);
      return found == null ? List.of() : List.of(found);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter was given", e);
    }
  }

  private Map<String, Object> row(Class<?> kind, ServiceReference<?> reference, String offer) {
    Bundle bundle = reference.getBundle();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("service", kind.getSimpleName());
    row.put("offers", offer);
    row.put(
        "bundle",
        // A service that went away between the two look-ups has no bundle any more.
        bundle == null ? "" : bundle.getSymbolicName() + " " + bundle.getVersion());
    return row;
  }

  /** Most services offer one thing; a SASL factory may have several mechanisms. */
  private List<String> offers(ServiceReference<?> reference) {
    Object property = reference.getProperty(SaslProperties.MECHANISM);
    if (property == null) {
      property = reference.getProperty(TunnelEndpoint.ROLE);
    }
    if (property instanceof String[] several) {
      return List.of(several);
    }
    if (property != null) {
      return List.of(property.toString());
    }
    Object service = context.getService(reference);
    if (service instanceof Encapsulation encapsulation) {
      return List.of(encapsulation.profile().type().name());
    }
    return List.of(service instanceof Datapath datapath ? datapath.name() : "");
  }
}

package org.culvert.lease.jdbc;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.config.MistakeSource;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.service.DutyStore;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Keeps leases, and what services have to do for their tunnels, in SQLite in one file, embedded.
 *
 * <p>It registers the services itself, once the file could be opened: a component that cannot start
 * is not tried again, but an operator's disk may be there a minute later.
 */
@Component(
    service = MistakeSource.class,
    immediate = true,
    // Who waits for it finds out whom it waits for.
    property = "org.culvert.offers=org.culvert.api.lease.LeaseStore",
    configurationPid = ConfiguredLeaseStore.PID)
@Designate(ocd = ConfiguredLeaseStore.Config.class)
public final class ConfiguredLeaseStore implements MistakeSource {
  static final String PID = "org.culvert.lease.jdbc";

  private final StoreKeeper keeper;

  /** The keys of {@code etc/org.culvert.lease.jdbc.cfg}. */
  @ObjectClassDefinition(name = "Culvert lease store")
  public @interface Config {
    @AttributeDefinition(
        description =
            "Where leases are kept: jdbc:sqlite: and a file on a local disk. Empty:"
                + " culvert/leases.db in Karaf's data directory.")
    String url() default "";
  }

  /** Begins to open the database that the configuration names; does not wait for it. */
  @Activate
  public ConfiguredLeaseStore(Config config, BundleContext context) {
    Sqlite sqlite = new Sqlite(file(config.url()));
    keeper =
        new StoreKeeper(
            () -> new JdbcLeaseStore(sqlite, Schema.CURRENT), store -> offer(store, context));
  }

  private static Runnable offer(JdbcLeaseStore store, BundleContext context) {
    ServiceRegistration<?> registration =
        context.registerService(
            new String[] {LeaseStore.class.getName(), DutyStore.class.getName()},
            store,
            new Hashtable<>());
    return registration::unregister;
  }

  static Path file(String url) {
    if (url.isBlank()) {
      return Path.of(System.getProperty("karaf.data", "data"), "culvert", "leases.db");
    }
    if (!url.startsWith(Sqlite.SCHEME) || url.length() == Sqlite.SCHEME.length()) {
      throw refused(url);
    }
    try {
      return Path.of(url.substring(Sqlite.SCHEME.length()));
    } catch (InvalidPathException e) {
      throw refused(url);
    }
  }

  private static InvalidConfigurationException refused(String url) {
    return new InvalidConfigurationException(
        PID, "url", url, "write " + Sqlite.SCHEME + " followed by a file's path");
  }

  /** Tells of a database that cannot be opened, which the log has too. */
  @Override
  public List<Mistake> mistakes() {
    return keeper.trouble().map(text -> new Mistake(PID, true, text)).stream().toList();
  }

  /** Withdraws the services, writes what still waits, and closes the database. */
  @Deactivate
  void stop() {
    keeper.close();
  }
}

package org.culvert.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.file.FullDisk;
import org.culvert.api.log.UserAddresses;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has users' addresses written as the operator wants, from its activation to its deactivation.
 *
 * <p>The key outlives restarts, beside the leases, so that an address keeps its hash.
 */
@Component(
    configurationPid = LoggedAddresses.PID,
    service = {},
    immediate = true)
@Designate(ocd = Config.class)
public final class LoggedAddresses {
  static final String PID = "org.culvert.log";

  private static final Logger LOG = LoggerFactory.getLogger(LoggedAddresses.class);
  private static final String FILE = "log-key";

  private final Optional<UserAddresses.Registration> registration;

  /**
   * Reads the configuration.
   *
   * @throws InvalidConfigurationException if a value cannot be meant, or there is no key
   */
  @Activate
  public LoggedAddresses(Config config) {
    this(config.addresses(), Path.of(System.getProperty("karaf.data", "data"), "culvert"));
  }

  LoggedAddresses(String addresses, Path folder) {
    registration =
        switch (addresses.toLowerCase(Locale.ROOT)) {
          case "plain" -> Optional.empty();
          case "hashed" -> Optional.of(UserAddresses.in(hash(addresses, folder.resolve(FILE))::of));
          default ->
              throw refused(addresses, "write plain, or hashed for a keyed hash in their place");
        };
    if (registration.isPresent()) {
      LOG.info("Addresses of users are written as a hash; culvert:logged-address tells of which");
    }
  }

  private static AddressHash hash(String addresses, Path file) {
    try {
      return AddressHash.keptIn(file);
    } catch (IOException e) {
      throw refused(addresses, "its key cannot be kept: " + FullDisk.words(file, e));
    }
  }

  private static InvalidConfigurationException refused(String addresses, String remedy) {
    return new InvalidConfigurationException(PID, "addresses", addresses, remedy);
  }

  /** Has addresses written as they are again. */
  @Deactivate
  public void close() {
    registration.ifPresent(UserAddresses.Registration::close);
  }
}

package org.culvert.broker;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;

/**
 * One file about a delegation pool. The broker reads it; if it is wrong, the broker refuses to
 * start rather than move the pool's users elsewhere.
 *
 * <p>Its name sorts before the broker's: components are enabled in that order, so all pools that
 * are configured are there before the broker starts for the first time, and it starts once.
 */
@Component(
    service = AllocationPolicy.class,
    configurationPid = AllocationPolicy.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = PoolConfig.class, factory = true)
public final class AllocationPolicy {
  static final String PID = "org.culvert.broker.pool";

  private static final String FILE = "felix.fileinstall.filename";
  private static final String SUFFIX = ".cfg";

  private final PoolConfig config;
  private final String pid;

  /** Notes what the file says. */
  @Activate
  public AllocationPolicy(PoolConfig config, Map<String, Object> properties) {
    this.config = config;
    this.pid = pid(properties);
  }

  PoolConfig config() {
    return config;
  }

  /** Returns the file's name without its suffix. */
  String pid() {
    return pid;
  }

  /** Returns what the operator calls the pool. */
  String name() {
    return pid.startsWith(PID + "-") ? pid.substring(PID.length() + 1) : pid;
  }

  private static String pid(Map<String, Object> properties) {
    String file = String.valueOf(properties.getOrDefault(FILE, ""));
    String name = file.substring(file.lastIndexOf('/') + 1);
    return name.endsWith(SUFFIX)
        ? name.substring(0, name.length() - SUFFIX.length())
        : String.valueOf(properties.getOrDefault("service.pid", PID)).replace('~', '-');
  }
}

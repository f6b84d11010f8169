package org.culvert.endpoint;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * What the operator decides about an endpoint.
 *
 * @param pid names the configuration, for messages that tell what to change
 * @param role the endpoint's role, which names its thread
 * @param device the inner device's name
 * @param mtu the inner device's MTU in octets
 * @param datapath the only datapath to be used, or {@link #AUTO}
 * @param defaultRouteMetric the metric of a default route into a tunnel
 */
record EndpointSettings(
    String pid, String role, String device, int mtu, String datapath, int defaultRouteMetric) {
  /** Lets the endpoint choose the best datapath for each tunnel. */
  static final String AUTO = "auto";

  private static final Pattern DATAPATH = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,14}");

  /** Room for jumbo frames; what is larger has no link to travel on. */
  private static final int LARGEST_MTU = 9_216;

  /** What others add to mark that a device has no connection (20000) is less. */
  private static final int LARGEST_METRIC = 1_000_000_000;

  /** Refuses what the operating system or IPv6 would refuse. */
  static EndpointSettings from(String pid, String role, String device, int mtu, String written) {
    String datapath = written.strip().toLowerCase(Locale.ROOT);
    if (!DEVICE.matcher(device).matches()) {
      throw new InvalidConfigurationException(
          pid,
          "device",
          device,
          "a device's name has 1 to 15 letters, digits, '.', '_' or '-' and begins with a letter or"
              + " digit");
    }
    if (mtu < TunnelParameters.MINIMUM_MTU || mtu > LARGEST_MTU) {
      throw new InvalidConfigurationException(
          pid,
          "mtu",
          mtu,
          "write a number from " + TunnelParameters.MINIMUM_MTU + " to " + LARGEST_MTU);
    }
    if (!DATAPATH.matcher(datapath).matches()) {
      throw new InvalidConfigurationException(
          pid,
          "datapath",
          datapath,
          "write " + AUTO + ", or the name of an installed datapath, for example userspace");
    }
    return new EndpointSettings(
        pid, role, device, mtu, datapath, DeviceConfiguration.DEFAULT_METRIC);
  }

  /** Refuses a device whose name an interface of the host's own has, which must stay as it is. */
  EndpointSettings besides(NetworkDevices devices) {
    Optional<String> foreign;
    try {
      foreign = devices.foreign(device);
    } catch (IOException e) {
      // Whoever makes the device tells what is amiss with the host.
      return this;
    }
    if (foreign.isPresent()) {
      throw new InvalidConfigurationException(
          pid,
          "device",
          device,
          "this host has an interface "
              + foreign.get()
              + " already that is none of ours: write a name that no interface has or begins with"
              + " before a '-', for example "
              + (role.equals(TunnelEndpoint.CLIENT) ? "culvert1" : "culvert0"));
    }
    return this;
  }

  /** Takes another metric for default routes; a lower one goes before those of others. */
  EndpointSettings withDefaultRouteMetric(int metric) {
    if (metric < 1 || metric > LARGEST_METRIC) {
      throw new InvalidConfigurationException(
          pid, "defaultRouteMetric", metric, "write a number from 1 to " + LARGEST_METRIC);
    }
    return new EndpointSettings(pid, role, device, mtu, datapath, metric);
  }

  /** Says why a tunnel does not fit the device; empty if it does. */
  Optional<String> misfit(TunnelParameters tunnel) {
    return tunnel.mtu() > mtu
        ? Optional.of(
            "its MTU "
                + tunnel.mtu()
                + " is larger than the device's; raise mtu in etc/"
                + pid
                + ".cfg")
        : Optional.empty();
  }

  /**
   * Tells whether a device is one that tunnels share. A client has one tunnel at a time, and its
   * device is that tunnel's own in every datapath.
   */
  boolean isShared(String name) {
    return name.equals(device) && !role.equals(TunnelEndpoint.CLIENT);
  }

  boolean isDatapathForced() {
    return !datapath.equals(AUTO);
  }

  /** Tells whether a datapath of this name may be used. */
  boolean allows(String name) {
    return !isDatapathForced() || datapath.equals(name);
  }
}

package org.culvert.api.netdev;

import java.net.InetAddress;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told what has changed in the operating system's network, whoever changed it: our own changes
 * are told, too. Each is a reason to look and no more.
 *
 * <p>Calls come from one thread, many in a row; they must return at once.
 */
@ConsumerType
public interface DeviceWatcher {

  /** A device came, went, was set up or down, or has other settings. */
  void device(String device);

  /** A device has an address no more, or does not take in packets to it any more. */
  void address(String device, InetAddress address);

  /** A device has an address that it had not, or that was of no use before. */
  void newAddress(InetAddress address);

  /**
   * A route with one of our metrics is no more, or another has taken its place.
   *
   * @param device the one that it led into, if that is known
   */
  void route(Optional<String> device, IpPrefix destination);

  /**
   * A route of somebody else's came or went that packets to this destination may take rather than
   * one of ours. There may be a million of these, and hardly any to a destination of ours.
   *
   * @param destination empty if it may be any: some of this was missed, or somebody changed the
   *     rules by which tables are chosen, or a packet filter
   */
  void rival(Optional<IpPrefix> destination);

  /** Changes were missed: anything may be otherwise. */
  void everything();
}

package org.culvert.api.tunnel;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The outer addresses of a tunnel, seen from one side.
 *
 * @param local this side's; its port is 0 where the encapsulation has none
 * @param remote the other side's, as packets from it arrive here
 */
public record OuterEndpoints(InetSocketAddress local, InetSocketAddress remote) {

  /** Returns endpoints for an encapsulation without ports. */
  public static OuterEndpoints withoutPorts(InetAddress local, InetAddress remote) {
    return new OuterEndpoints(new InetSocketAddress(local, 0), new InetSocketAddress(remote, 0));
  }
}

package org.culvert.api.service;

import java.net.InetAddress;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;

/**
 * A tunnel as a {@link TunnelService} needs to know it, at one end.
 *
 * @param id names the tunnel at this end: on a server it is the lease's id, which is unguessable
 *     and so must not be published
 * @param side which end this is
 * @param owner the user
 * @param anonymous whether no account stands behind the owner
 * @param type how packets are carried
 * @param serverAddress the server's inner address
 * @param clientAddress the client's inner address
 * @param prefix the prefix delegated to the client
 * @param device this end's device that the tunnel's packets come from and go to; empty where it is
 *     not known, as when a tunnel that is gone is withdrawn
 * @param arrangements what was agreed on
 */
public record ServedTunnel(
    String id,
    TunnelParameters.Side side,
    String owner,
    boolean anonymous,
    TunnelType type,
    InetAddress serverAddress,
    InetAddress clientAddress,
    Optional<IpPrefix> prefix,
    Optional<String> device,
    Arrangements arrangements) {

  /** Returns this tunnel with another device, or none. */
  public ServedTunnel on(Optional<String> otherDevice) {
    return new ServedTunnel(
        id,
        side,
        owner,
        anonymous,
        type,
        serverAddress,
        clientAddress,
        prefix,
        otherDevice,
        arrangements);
  }
}

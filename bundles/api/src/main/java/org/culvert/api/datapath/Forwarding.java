package org.culvert.api.datapath;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.netdev.SendRefusal;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Packets being moved between one inner device and the outer network. Methods may be called from
 * any thread.
 */
@ConsumerType
public interface Forwarding extends AutoCloseable {

  /**
   * Carries exactly these tunnels from now on. A tunnel that stays keeps its counters and loses no
   * packet; one that was lost is opened again.
   *
   * @return the tunnels that could not be opened, by id, with the cause in one line
   */
  Map<String, String> apply(Collection<CarriedTunnel> tunnels);

  /**
   * Returns the name of the inner device that a carried tunnel's packets come from and go to: one
   * that all tunnels share, or one of the tunnel's own. Addresses and routes belong there.
   */
  String device(String id);

  /**
   * Removes the devices that no tunnel has any more; called once their addresses and routes are
   * gone. Until then such a device goes on, so that what is on its way into a tunnel that has moved
   * is not lost.
   */
  default void release() {}

  /**
   * Returns why a tunnel that was opened is not carried any more, as when somebody removed its
   * device; empty while it is carried. Asked once a second for each tunnel, so it must be cheap.
   */
  default Optional<String> failure(String id) {
    return Optional.empty();
  }

  /** Returns what a tunnel carried; zeros for one that is not carried. */
  TunnelCounters counters(String id);

  /**
   * Returns why the operating system last refused to send a packet to a tunnel's other end; each
   * such packet is counted as {@link DropReason#OUTER_REFUSED}. {@link SendRefusal#OTHER} where the
   * operating system counts them and says no more. It is no sign that the refusal lasts.
   */
  default SendRefusal refusal(String id) {
    return SendRefusal.OTHER;
  }

  /** Returns packets dropped before they could be told to belong to a tunnel. */
  Map<DropReason, Long> drops();

  /**
   * Sends one packet of this end's own into a tunnel, as keepalives need it. A tunnel that is not
   * carried ignores it.
   */
  void inject(String id, ByteBuffer packet);

  /**
   * Sends one packet of this end's own into a tunnel, whole or not at all: nobody on its way may
   * cut it, and it may be larger than the tunnel's MTU. Whether it arrives tells what the path
   * carries (RFC 8899 section 4.1).
   *
   * @return false if this host could not send it, as when the outer link is smaller, or cannot send
   *     such packets at all
   */
  default boolean probe(String id, ByteBuffer packet) {
    return false;
  }

  /**
   * Changes a tunnel's inner MTU from now on. No packet is lost for it; what is larger is answered
   * with the new MTU, TCP learns it when it connects. It holds until the tunnel is carried
   * otherwise, as after a move to other outer addresses; then it begins with {@link
   * CarriedTunnel#mtu} again. A tunnel that is not carried ignores it.
   *
   * @param mtu in octets, at least 1280
   */
  default void mtu(String id, int mtu) {}

  /**
   * Returns the MTU of a carried tunnel in octets where that may be another than it was told, since
   * the operating system has limits of its own; empty where it is what was told.
   */
  default Optional<Integer> mtu(String id) {
    return Optional.empty();
  }

  /**
   * Says who wants to know what the network reports about the paths of tunnels. Before the first
   * {@link #apply}.
   */
  default void listen(PathListener listener) {}

  /** Stops forwarding and removes the inner device. */
  @Override
  void close();
}

package org.culvert.netdev.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What rules ask for that {@code iptables} has from before nf_tables. */
final class LegacyMatch {
  private LegacyMatch() {}

  /** Says whether a match by its name holds. */
  static Truth of(String name, ByteBuffer info, TrialPacket packet) {
    return switch (name) {
      case "comment" -> Truth.YES;
      case "icmp", "icmp6", "udp", "sctp", "esp", "ah" -> Truth.NO;
      case "conntrack" -> conntrack(info, packet);
      default -> Truth.MAYBE;
    };
  }

  /** {@code struct xt_conntrack_mtinfo3}; of two it has the state at the same place. */
  private static Truth conntrack(ByteBuffer info, TrialPacket packet) {
    int flags = 146;
    int states = 150;
    if (info.remaining() < states + 2) {
      return Truth.MAYBE;
    }
    int wanted = info.order(ByteOrder.nativeOrder()).getShort(flags) & 0xFFFF;
    int inverted = info.getShort(flags + 2) & 0xFFFF;
    if ((wanted & 1) == 0) {
      return Truth.MAYBE;
    }
    boolean has = (info.getShort(states) & packet.state()) != 0;
    boolean holds = has != ((inverted & 1) != 0);
    return !holds ? Truth.NO : wanted == 1 ? Truth.YES : Truth.MAYBE;
  }
}

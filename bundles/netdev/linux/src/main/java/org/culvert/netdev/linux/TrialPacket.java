package org.culvert.netdev.linux;

import java.util.Optional;

/**
 * A TCP packet that is tried on a packet filter.
 *
 * @param in the device that it comes in by; empty: any
 * @param out the device that it leaves by; empty: any
 * @param opens whether it opens a connection; else it belongs to one
 */
record TrialPacket(Family version, Optional<Device> in, Optional<Device> out, boolean opens) {

  /** A device by name and index. */
  record Device(String name, int index) {}

  /** Returns the state of its connection as a bit, the same in nf_tables and before it. */
  int state() {
    int established = 2;
    int fresh = 8;
    return opens ? fresh : established;
  }
}

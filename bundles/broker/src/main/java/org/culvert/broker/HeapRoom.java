package org.culvert.broker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many tunnels the memory of this process has room for. A process without memory ends, and with
 * it every tunnel; so the broker is full before that.
 *
 * @param octets the most that the heap may become
 */
record HeapRoom(long octets) {
  private static final Logger LOG = LoggerFactory.getLogger(HeapRoom.class);

  // Measured on the assembly by "itests/lab/lab.sh heap": after a full collection 32.3 MB are live
  // without tunnels, 65.0 with 5,000, 96.2 with 10,000, 124.1 with 15,000 and 152.9 with 20,000.

  /** What is there without any tunnel, and what the collector needs besides. */
  static final long WITHOUT_TUNNELS = 35_000_000;

  /**
   * Of so many parts of the heap the transport's sessions and its tables of rates may take five.
   */
  private static final long PARTS = 48;

  private static final long PARTS_LEFT = PARTS - 5;

  /**
   * A user with verifiers for all mechanisms, a lease, its tunnel, and their places in the indexes
   * of accounts, broker, endpoint and datapath.
   */
  static final long PER_TUNNEL = 7_000;

  static HeapRoom ofThisProcess() {
    return new HeapRoom(Runtime.getRuntime().maxMemory());
  }

  /** Returns the most tunnels that there is room for. */
  int tunnels() {
    long room = Math.max(0, octets / PARTS * PARTS_LEFT - WITHOUT_TUNNELS) / PER_TUNNEL;
    return (int) Math.min(Integer.MAX_VALUE, room);
  }

  /** Returns the limit that holds, and tells the operator where it is not the configured one. */
  int limit(int configured) {
    int room = tunnels();
    if (configured <= room) {
      return configured;
    }
    LOG.warn(
        "maxTunnels is {}, but the heap of {} MB has room for {} tunnels, and more are refused:"
            + " start with EXTRA_JAVA_OPTS=-Xmx{}m, or lower maxTunnels in etc/{}.cfg",
        configured,
        octets / 1_000_000,
        room,
        needed(configured),
        Keys.PID);
    return room;
  }

  private static long needed(int tunnels) {
    return (WITHOUT_TUNNELS + tunnels * PER_TUNNEL) * PARTS / PARTS_LEFT * 11 / 10 / (1L << 20) + 1;
  }
}

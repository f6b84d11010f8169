package org.culvert.api.netdev;

/** Settings that are the host's own, so that its operator says whether Culvert may change them. */
public enum HostSetting {
  /** Whether the host forwards packets between its interfaces. */
  FORWARDING,
  /** Whether an interface answers neighbors that look for an address behind a tunnel. */
  NEIGHBOR_PROXY,
  /** Whether an interface drops packets whose answer would leave by another interface. */
  REVERSE_PATH
}

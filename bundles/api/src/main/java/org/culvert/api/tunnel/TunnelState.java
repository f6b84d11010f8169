package org.culvert.api.tunnel;

/** How a desired tunnel stands at an endpoint. */
public sealed interface TunnelState {

  /** Packets flow. */
  record Up() implements TunnelState {}

  /**
   * No installed bundle carries this type now; the tunnel opens by itself when one is installed.
   *
   * @param reason what is missing
   */
  record Suspended(String reason) implements TunnelState {}

  /**
   * The tunnel could not be opened.
   *
   * @param reason the cause in one line
   */
  record Failed(String reason) implements TunnelState {}
}

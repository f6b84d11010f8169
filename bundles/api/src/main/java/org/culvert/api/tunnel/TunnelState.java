package org.culvert.api.tunnel;

/** How a desired tunnel stands at an endpoint. */
public sealed interface TunnelState {

  /**
   * Packets flow.
   *
   * @param datapath the name of the datapath that moves them
   * @param device the inner device that they come from and go to
   */
  record Up(String datapath, String device) implements TunnelState {}

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

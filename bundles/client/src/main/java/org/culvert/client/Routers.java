package org.culvert.client;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Asks the routers of the network that the host is in. */
interface Routers extends AutoCloseable {

  /**
   * Finds the prefixes of NAT64s that they advertise, without blocking: within some seconds.
   *
   * @return perhaps none; fails with an {@link java.io.IOException} if they cannot be asked
   */
  CompletionStage<List<Nat64Prefix>> nat64();

  @Override
  void close();
}

package org.culvert.client;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Asks the name service. */
interface Resolver extends AutoCloseable {

  /**
   * Finds a host's addresses without blocking.
   *
   * @return fails with an {@link java.io.IOException} if there is none
   */
  CompletionStage<List<InetAddress>> resolve(String host);

  @Override
  void close();
}

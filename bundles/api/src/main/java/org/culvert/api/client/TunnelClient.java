package org.culvert.api.client;

import org.osgi.annotation.versioning.ConsumerType;

/** The tunnel client as its operator sees it. No method blocks. */
@ConsumerType
public interface TunnelClient {

  /** Returns how it stands. */
  ClientStatus status();

  /** Drops the present tunnel and asks for a new one at once. */
  void reconnect();
}

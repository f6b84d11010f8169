package org.culvert.transport;

import org.culvert.api.tunnel.SignalingPath;
import org.culvert.protocol.ClientSession;
import org.culvert.protocol.ClientSession.ClientOutput;

/** What carries one client session. Confined to the client's thread. */
interface ClientConnection extends ClientOutput {

  /** Returns the path, known once the connection is open. */
  SignalingPath path();

  /** Tells where answers go; to be called before the session starts. */
  void serve(ClientSession session);

  /** Closes the socket now; {@link #close()} only ends the session and leaves the socket. */
  void release();
}

package org.culvert.api.tls;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes TLS for signaling, version 1.2 or later; registered as a service. Signaling over TLS is
 * served exactly while there is one. What it has made works on after it has gone.
 */
@ConsumerType
public interface TlsProvider {

  /**
   * Makes one connection's TLS on the server's side.
   *
   * @throws IOException if there is no certificate to show, and none can be made
   */
  TlsConnection server() throws IOException;

  /**
   * Makes one connection's TLS on the client's side. Its handshake fails unless the server proves
   * to be the host, by a certificate that is trusted or known beforehand; so whatever comes through
   * afterwards is that server's word.
   *
   * @param host the server's name or address as it was written, without a port
   * @param port the server's port
   * @throws IOException if what the operator configured to trust or to show cannot be read
   */
  TlsConnection client(String host, int port) throws IOException;
}

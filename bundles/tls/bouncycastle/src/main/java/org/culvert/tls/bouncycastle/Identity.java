package org.culvert.tls.bouncycastle;

import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * What one side shows of itself and whom it trusts: read once, with all that its connections share.
 *
 * @param context makes their engines
 * @param crypto does their cryptography
 */
record Identity(SSLContext context, ExportingCrypto crypto) {
  /**
   * Sets TLS up.
   *
   * @param own keys and certificates to show
   * @param peers knows whom to trust
   */
  static Identity of(KeyManager[] own, TrustManager peers) throws GeneralSecurityException {
    return Provider.identity(own, new TrustManager[] {peers});
  }
}

package org.culvert.tls.bouncycastle;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

/** What one side shows of itself and whom it trusts, read once and used for many connections. */
final class Identity {
  private final KeyManager[] own;
  private final TrustManager[] peers;

  Identity(KeyManager[] own, TrustManager peers) {
    this.own = own.clone();
    this.peers = new TrustManager[] {peers};
  }

  KeyManager[] own() {
    return own.clone();
  }

  TrustManager[] peers() {
    return peers.clone();
  }
}

package org.culvert.tls.bouncycastle;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.bouncycastle.jsse.BCSSLEngine;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.tls.TlsConnection;

/** One connection: the engine, and what it and the cryptography know of the peer. */
final class EngineConnection implements TlsConnection {
  private final SSLEngine engine;
  private final SSLEngine bound;
  private final ExportedBinding binding = new ExportedBinding();
  private final Function<X509Certificate, Optional<String>> user;

  /**
   * @param engine Bouncy Castle's
   * @param crypto works for the engine
   * @param user names the user of a peer's certificate that was found trustworthy
   */
  EngineConnection(
      SSLEngine engine, ExportingCrypto crypto, Function<X509Certificate, Optional<String>> user) {
    this.engine = engine;
    this.bound = new BoundEngine(engine, crypto, binding);
    this.user = user;
  }

  @Override
  public SSLEngine engine() {
    return bound;
  }

  @Override
  public Optional<byte[]> channelBinding(String type) {
    if (!isOpen()) {
      return Optional.empty();
    }
    return switch (type) {
      case ChannelBindingCallback.TLS_EXPORTER -> binding.get();
      case ChannelBindingCallback.TLS_SERVER_END_POINT ->
          EndPointBinding.of(
              engine.getUseClientMode() ? peers() : engine.getSession().getLocalCertificates());
      default -> Optional.empty();
    };
  }

  @Override
  public Optional<String> peerUser() {
    return isOpen() && peers().length > 0 && peers()[0] instanceof X509Certificate leaf
        ? user.apply(leaf)
        : Optional.empty();
  }

  /** What TLS hands out while hands are still being shaken is nobody's proved word. */
  private boolean isOpen() {
    return engine instanceof BCSSLEngine asked && asked.getConnection() != null;
  }

  private Certificate[] peers() {
    try {
      return engine.getSession().getPeerCertificates();
    } catch (SSLPeerUnverifiedException e) {
      return new Certificate[0];
    }
  }
}

package org.culvert.tls.bouncycastle;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An engine of Bouncy Castle's that tells the cryptography, which it shares with others, for which
 * connection it works at that moment.
 */
final class BoundEngine extends SSLEngine {
  private final SSLEngine engine;
  private final ExportingCrypto crypto;
  private final ExportedBinding binding;

  BoundEngine(SSLEngine engine, ExportingCrypto crypto, ExportedBinding binding) {
    super(engine.getPeerHost(), engine.getPeerPort());
    this.engine = engine;
    this.crypto = crypto;
    this.binding = binding;
  }

  // What works with the connection's secrets.

  @Override
  public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to)
      throws SSLException {
    try (ExportingCrypto.Scope working = crypto.worksFor(binding)) {
      return forgotten(engine.wrap(from, offset, length, to));
    }
  }

  @Override
  public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length)
      throws SSLException {
    try (ExportingCrypto.Scope working = crypto.worksFor(binding)) {
      return forgotten(engine.unwrap(from, to, offset, length));
    }
  }

  /**
   * Keeps a session from being taken up again: what is proved of a peer is proved in each
   * connection, and no stranger fills a store.
   */
  private SSLEngineResult forgotten(SSLEngineResult result) {
    if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.FINISHED) {
      engine.getSession().invalidate();
    }
    return result;
  }

  @Override
  public @Nullable Runnable getDelegatedTask() {
    Runnable task = engine.getDelegatedTask();
    if (task == null) {
      return null;
    }
    return () -> {
      try (ExportingCrypto.Scope working = crypto.worksFor(binding)) {
        task.run();
      }
    };
  }

  @Override
  public void beginHandshake() throws SSLException {
    try (ExportingCrypto.Scope working = crypto.worksFor(binding)) {
      engine.beginHandshake();
    }
  }

  // All else is the engine's.

  @Override
  public void closeInbound() throws SSLException {
    engine.closeInbound();
  }

  @Override
  public boolean isInboundDone() {
    return engine.isInboundDone();
  }

  @Override
  public void closeOutbound() {
    engine.closeOutbound();
  }

  @Override
  public boolean isOutboundDone() {
    return engine.isOutboundDone();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return engine.getSupportedCipherSuites();
  }

  @Override
  public String[] getEnabledCipherSuites() {
    return engine.getEnabledCipherSuites();
  }

  @Override
  public void setEnabledCipherSuites(String[] suites) {
    engine.setEnabledCipherSuites(suites);
  }

  @Override
  public String[] getSupportedProtocols() {
    return engine.getSupportedProtocols();
  }

  @Override
  public String[] getEnabledProtocols() {
    return engine.getEnabledProtocols();
  }

  @Override
  public void setEnabledProtocols(String[] protocols) {
    engine.setEnabledProtocols(protocols);
  }

  @Override
  public SSLSession getSession() {
    return engine.getSession();
  }

  @Override
  public SSLSession getHandshakeSession() {
    return engine.getHandshakeSession();
  }

  @Override
  public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
    return engine.getHandshakeStatus();
  }

  @Override
  public void setUseClientMode(boolean client) {
    engine.setUseClientMode(client);
  }

  @Override
  public boolean getUseClientMode() {
    return engine.getUseClientMode();
  }

  @Override
  public void setNeedClientAuth(boolean need) {
    engine.setNeedClientAuth(need);
  }

  @Override
  public boolean getNeedClientAuth() {
    return engine.getNeedClientAuth();
  }

  @Override
  public void setWantClientAuth(boolean want) {
    engine.setWantClientAuth(want);
  }

  @Override
  public boolean getWantClientAuth() {
    return engine.getWantClientAuth();
  }

  @Override
  public void setEnableSessionCreation(boolean enabled) {
    engine.setEnableSessionCreation(enabled);
  }

  @Override
  public boolean getEnableSessionCreation() {
    return engine.getEnableSessionCreation();
  }

  @Override
  public SSLParameters getSSLParameters() {
    return engine.getSSLParameters();
  }

  @Override
  public void setSSLParameters(SSLParameters parameters) {
    engine.setSSLParameters(parameters);
  }
}

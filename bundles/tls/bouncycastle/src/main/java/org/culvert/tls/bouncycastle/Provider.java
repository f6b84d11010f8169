package org.culvert.tls.bouncycastle;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;

/** Bouncy Castle's two providers, for this bundle only: Java's list of providers stays as it is. */
final class Provider {
  static final java.security.Provider CRYPTO = new BouncyCastleProvider();

  private static final Cryptography CRYPTOGRAPHY = new Cryptography();

  /**
   * It logs every handshake that fails, with a stack trace, and any stranger can make one fail.
   * Whoever drives an engine gets the exception. Held here, since a level is kept only as long as
   * somebody holds its logger.
   */
  private static final Logger NOISE = Logger.getLogger("org.bouncycastle.jsse.provider");

  static {
    NOISE.setLevel(Level.OFF);
  }

  static final java.security.Provider TLS = new BouncyCastleJsseProvider(false, CRYPTOGRAPHY);

  private static final SecureRandom RANDOM = new SecureRandom();

  private Provider() {}

  /**
   * Sets TLS up for one side.
   *
   * @param own keys and certificates to show
   * @param peers knows whom to trust
   */
  static Identity identity(KeyManager[] own, TrustManager peers) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS", TLS);
    // Initializing asks for the cryptography once; the lock guards which context it was for.
    synchronized (CRYPTOGRAPHY) {
      context.init(own, new TrustManager[] {peers}, RANDOM);
      return new Identity(context, CRYPTOGRAPHY.taken());
    }
  }

  private static final class Cryptography extends JcaTlsCryptoProvider {
    private @Nullable ExportingCrypto made;

    Cryptography() {
      setProvider(CRYPTO);
    }

    @Override
    public synchronized JcaTlsCrypto create(SecureRandom keys, SecureRandom nonces) {
      ExportingCrypto crypto = new ExportingCrypto(getHelper(), keys, nonces);
      made = crypto;
      return crypto;
    }

    synchronized ExportingCrypto taken() throws GeneralSecurityException {
      ExportingCrypto crypto = made;
      made = null;
      if (crypto == null) {
        throw new GeneralSecurityException("a context was set up without its cryptography");
      }
      return crypto;
    }
  }
}

package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.culvert.api.file.SmallFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one side shows of itself: a certificate with those that vouch for it, and its key. */
final class KeyAndChain {
  private static final Logger LOG = LoggerFactory.getLogger(KeyAndChain.class);

  private final PrivateKey key;
  private final List<X509Certificate> chain;

  KeyAndChain(PrivateKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = List.copyOf(chain);
  }

  /**
   * Reads both files.
   *
   * <p>A certificate that is out of date is told and taken: the clock may be wrong now and set
   * right later, and it is the peer who judges.
   *
   * @throws org.culvert.api.config.InvalidConfigurationException if one cannot be read, or if they
   *     do not belong together
   */
  static KeyAndChain read(KeyPairFiles files) {
    KeyAndChain read =
        new KeyAndChain(
            Pem.privateKey(files.keyKey(), files.key()),
            Pem.certificates(files.certificateKey(), files.certificate()));
    read.check(files);
    OutOfDate.of(read.chain)
        .ifPresent(
            why ->
                LOG.warn(
                    "{} = {}: {}; others will refuse it while they see it so",
                    files.certificateKey(),
                    files.certificate(),
                    why));
    openKey(files).ifPresent(LOG::warn);
    return read;
  }

  private void check(KeyPairFiles files) {
    if (!belongTogether()) {
      throw Pem.refused(
          files.keyKey(),
          files.key(),
          "this is not the key of the first certificate in " + files.certificate());
    }
  }

  private boolean belongTogether() {
    byte[] probe = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(signatureAlgorithm(), Provider.CRYPTO);
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(leaf().getPublicKey());
      signature.update(probe);
      return signature.verify(signed);
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private String signatureAlgorithm() {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC", "ECDSA" -> "SHA256withECDSA";
      default -> key.getAlgorithm();
    };
  }

  /** Says that everybody can read the private key at this moment, and what to do about it. */
  static Optional<String> openKey(KeyPairFiles files) {
    return SmallFile.isOpenToAll(files.key())
        ? Optional.of(
            "etc/%s.cfg: %s = \"%s\": everybody on this machine can read this private key; chmod 600 it"
                .formatted(TlsSettings.PID, files.keyKey(), files.key()))
        : Optional.empty();
  }

  /** Returns the certificate. */
  X509Certificate leaf() {
    return chain.get(0);
  }

  /** Makes what hands both to an engine. */
  KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12", Provider.CRYPTO);
    store.load(null, null);
    store.setKeyEntry("own", key, new char[0], chain.toArray(new Certificate[0]));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX", Provider.TLS);
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  /** Names the certificate by its fingerprint only. */
  @Override
  public String toString() {
    return "certificate with SHA-256 fingerprint " + Fingerprint.of(leaf());
  }
}

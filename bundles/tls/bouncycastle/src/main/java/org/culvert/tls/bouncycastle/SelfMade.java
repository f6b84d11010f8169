package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.FullDisk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of a server whose operator gave it none: made once, signed by itself, and kept,
 * since clients know it by its fingerprint.
 */
final class SelfMade {
  private static final Logger LOG = LoggerFactory.getLogger(SelfMade.class);
  private static final X500Name NAME = new X500Name("CN=Culvert tunnel broker");

  /** RFC 5280 section 4.1.2.5 writes this for a certificate without an end. */
  private static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

  private static final int SERIAL_BITS = 120;

  private SelfMade() {}

  /**
   * Reads the certificate and its key, and makes them first if one is not there.
   *
   * @throws IOException if they cannot be kept
   * @throws org.culvert.api.config.InvalidConfigurationException if they are there but not sound
   */
  static KeyAndChain keep(KeyPairFiles files) throws IOException {
    boolean hasCertificate = isWritten(files.certificate());
    if (hasCertificate && isWritten(files.key())) {
      return KeyAndChain.read(files);
    }
    if (hasCertificate) {
      LOG.warn(
          "The key of {} is lost: {} is missing or empty. A new pair is made; clients that pinned"
              + " the old certificate must be given the new fingerprint, unless you put the old files"
              + " back",
          files.certificate(),
          files.key());
      setAside(files.certificate());
    } else if (Files.exists(files.certificate())) {
      LOG.warn(
          "{} is empty. A new pair is made; clients that pinned the old certificate must be given"
              + " the new fingerprint, unless you put the old files back",
          files.certificate());
    }
    make(files);
    KeyAndChain made = KeyAndChain.read(files);
    LOG.info(
        "made a TLS certificate of this broker's own, {}; clients can pin its SHA-256 fingerprint"
            + " {}",
        files.certificate(),
        Fingerprint.of(made.leaf()));
    return made;
  }

  /** A power cut can leave an empty file behind. */
  private static boolean isWritten(Path file) throws IOException {
    return Files.exists(file) && Files.size(file) > 0;
  }

  private static void setAside(Path file) throws IOException {
    Files.move(
        file,
        file.resolveSibling(file.getFileName() + ".old"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static void make(KeyPairFiles files) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Provider.CRYPTO);
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      X509CertificateHolder certificate =
          new JcaX509v3CertificateBuilder(
                  NAME,
                  new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS),
                  // Clocks may be wrong, this machine's and its clients'; it is known by itself.
                  Date.from(Instant.EPOCH),
                  Date.from(NEVER),
                  NAME,
                  pair.getPublic())
              .build(
                  new JcaContentSignerBuilder("SHA256withECDSA")
                      .setProvider(Provider.CRYPTO)
                      .build(pair.getPrivate()));
      // The key first: a certificate without its key would be of no use.
      write(files.key(), new JcaPKCS8Generator(pair.getPrivate(), null));
      write(files.certificate(), certificate);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("no certificate could be made", e);
    }
  }

  /** Writes a file at once and durably, for its owner's eyes only. */
  private static void write(Path file, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    try {
      DurableFile.write(
          file, text.toString().getBytes(StandardCharsets.US_ASCII), DurableFile.PRIVATE);
    } catch (IOException e) {
      throw new IOException(file + " cannot be written: " + FullDisk.words(file, e), e);
    }
  }
}

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
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
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
    if (Files.exists(files.certificate()) && Files.exists(files.key())) {
      return KeyAndChain.read(files);
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

  private static void make(KeyPairFiles files) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Provider.CRYPTO);
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      Instant now = Instant.now();
      X509CertificateHolder certificate =
          new JcaX509v3CertificateBuilder(
                  NAME,
                  new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS),
                  // Clients' clocks may be behind.
                  Date.from(now.minus(1, ChronoUnit.DAYS)),
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

  /** Writes a file at once and whole, for its owner's eyes only. */
  private static void write(Path file, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IOException(file + " is no file name");
    }
    Files.createDirectories(directory);
    // Made with mode 0600 where the file system has modes.
    Path draft = Files.createTempFile(directory, ".culvert-tls-", ".tmp");
    try {
      Files.writeString(draft, text.toString(), StandardCharsets.US_ASCII);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}

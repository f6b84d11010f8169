package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates for tests, and writes them where a configuration can name them. */
final class Authority {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final X500Name name;
  private final KeyPair keys;
  final X509Certificate certificate;

  /** A certificate with its key, as it lies in two files. */
  record Issued(X509Certificate certificate, Path certificateFile, Path keyFile) {}

  Authority(String commonName) throws GeneralSecurityException, IOException {
    this.name = new X500Name("CN=" + commonName);
    this.keys = keys("EC", 256);
    this.certificate = sign(name, keys, Duration.ofDays(1), true);
  }

  static KeyPair keys(String algorithm, int size) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(size);
    return generator.generateKeyPair();
  }

  Issued issue(Path directory, String file, String subject, GeneralName... names)
      throws GeneralSecurityException, IOException {
    return issue(directory, file, subject, Duration.ofDays(1), keys("EC", 256), names);
  }

  Issued issue(
      Path directory,
      String file,
      String subject,
      Duration life,
      KeyPair pair,
      GeneralName... names)
      throws GeneralSecurityException, IOException {
    X509Certificate issued = sign(new X500Name(subject), pair, life, false, names);
    Path certificateFile = directory.resolve(file + ".pem");
    Path keyFile = directory.resolve(file + ".key");
    write(certificateFile, issued);
    write(keyFile, new JcaPKCS8Generator(pair.getPrivate(), null));
    return new Issued(issued, certificateFile, keyFile);
  }

  Path file(Path directory) throws IOException {
    Path file = directory.resolve("ca-" + SERIAL.incrementAndGet() + ".pem");
    write(file, certificate);
    return file;
  }

  static void write(Path file, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    Files.writeString(file, text.toString());
  }

  private X509Certificate sign(
      X500Name subject, KeyPair pair, Duration life, boolean authority, GeneralName... names)
      throws GeneralSecurityException, IOException {
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.valueOf(SERIAL.incrementAndGet()),
            Date.from(now.minus(Duration.ofDays(2))),
            Date.from(now.plus(life)),
            subject,
            pair.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    if (names.length > 0) {
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }
}

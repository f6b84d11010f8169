package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.file.SmallFile;
import org.culvert.api.file.UnfitFileException;

/**
 * Reads PEM files as operators have them. Whatever is wrong with one is told by its configuration
 * key and name; what stands in it is told to nobody.
 */
final class Pem {
  /** All anchors of a Java are a quarter of this. */
  private static final int MOST_OCTETS = 2 << 20;

  private Pem() {}

  /** Reads all certificates of a file, in its order; at least one. */
  static List<X509Certificate> certificates(String key, Path file) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Object object : objects(key, file)) {
      if (object instanceof X509CertificateHolder holder) {
        try {
          certificates.add(
              new JcaX509CertificateConverter()
                  .setProvider(Provider.CRYPTO)
                  .getCertificate(holder));
        } catch (CertificateException e) {
          throw refused(key, file, "a certificate in this file cannot be read");
        }
      }
    }
    if (certificates.isEmpty()) {
      throw refused(key, file, "there is no PEM certificate in this file");
    }
    return List.copyOf(certificates);
  }

  /** Reads the private key of a file; it must not be encrypted. */
  static PrivateKey privateKey(String key, Path file) {
    JcaPEMKeyConverter converter = new JcaPEMKeyConverter().setProvider(Provider.CRYPTO);
    try {
      for (Object object : objects(key, file)) {
        if (object instanceof PrivateKeyInfo pkcs8) {
          return converter.getPrivateKey(pkcs8);
        } else if (object instanceof PEMKeyPair pair) {
          return converter.getPrivateKey(pair.getPrivateKeyInfo());
        } else if (object instanceof PKCS8EncryptedPrivateKeyInfo
            || object instanceof PEMEncryptedKeyPair) {
          throw refused(
              key, file, "the key in this file is encrypted; decrypt it and set its mode to 0600");
        }
      }
    } catch (IOException e) {
      throw refused(key, file, "the key in this file is of no kind known here");
    }
    throw refused(key, file, "there is no PEM private key in this file");
  }

  private static List<Object> objects(String key, Path file) {
    String text = text(key, file);
    List<Object> objects = new ArrayList<>();
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      Object object = parser.readObject();
      while (object != null) {
        objects.add(object);
        object = parser.readObject();
      }
    } catch (IOException | RuntimeException e) {
      throw refused(key, file, "this file is not well-formed PEM");
    }
    return objects;
  }

  private static String text(String key, Path file) {
    try {
      return new String(SmallFile.read(file, MOST_OCTETS), StandardCharsets.ISO_8859_1);
    } catch (UnfitFileException e) {
      throw refused(key, file, "this " + e.reason() + ", and so none of PEM");
    } catch (NoSuchFileException e) {
      throw refused(key, file, "there is no such file");
    } catch (AccessDeniedException e) {
      throw refused(key, file, "this file may not be read by the user that Culvert runs as");
    } catch (IOException e) {
      throw refused(key, file, "this file cannot be read: " + e.getMessage());
    }
  }

  static InvalidConfigurationException refused(String key, Path file, String remedy) {
    return new InvalidConfigurationException(TlsSettings.PID, key, file, remedy);
  }
}

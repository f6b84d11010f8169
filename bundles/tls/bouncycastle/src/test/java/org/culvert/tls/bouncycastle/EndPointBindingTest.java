package org.culvert.tls.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndPointBindingTest {

  private static X509Certificate signed(String key, int size, String signature) throws Exception {
    KeyPair pair = Authority.keys(key, size);
    X500Name name = new X500Name("CN=x");
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.ONE,
                    Date.from(Instant.EPOCH),
                    Date.from(Instant.now()),
                    name,
                    pair.getPublic())
                .build(
                    new JcaContentSignerBuilder(signature)
                        .setProvider(Provider.CRYPTO)
                        .build(pair.getPrivate())));
  }

  @ParameterizedTest
  @CsvSource({
    "EC, 256, SHA256withECDSA, SHA-256",
    "EC, 384, SHA384withECDSA, SHA-384",
    "RSA, 2048, SHA512withRSA, SHA-512",
    "RSA, 2048, SHA1withRSA, SHA-256",
  })
  void hashesAsTheSignatureDoesButNeverWeaker(String key, int size, String signature, String hash)
      throws Exception {
    X509Certificate certificate = signed(key, size, signature);

    assertThat(EndPointBinding.of(new Certificate[] {certificate}))
        .hasValue(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
  }

  @Test
  void signatureWithoutHashOfItsOwnHasNoBinding() throws Exception {
    X509Certificate certificate = signed("Ed25519", 255, "Ed25519");

    assertThat(EndPointBinding.of(new Certificate[] {certificate})).isEmpty();
    assertThat(EndPointBinding.of(new Certificate[0])).isEmpty();
  }
}

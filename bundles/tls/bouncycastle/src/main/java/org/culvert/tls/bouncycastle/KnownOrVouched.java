package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts a certificate that is known by itself, whatever its dates and its names, and otherwise one
 * that an authority vouches for. That the peer has the certificate's key, TLS itself makes sure.
 */
final class KnownOrVouched extends X509ExtendedTrustManager {
  private final Predicate<X509Certificate> known;
  private final @Nullable X509ExtendedTrustManager vouched;

  private KnownOrVouched(
      Predicate<X509Certificate> known, @Nullable X509ExtendedTrustManager vouched) {
    this.known = known;
    this.vouched = vouched;
  }

  /** Trusts no authority. */
  static KnownOrVouched known(Predicate<X509Certificate> known) {
    return new KnownOrVouched(known, null);
  }

  /** Trusts some authorities, or whoever Java trusts if none are given. */
  static KnownOrVouched vouched(
      Predicate<X509Certificate> known, Optional<List<X509Certificate>> authorities)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX", Provider.TLS);
    factory.init(authorities.isPresent() ? store(authorities.get()) : null);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return new KnownOrVouched(known, extended);
      }
    }
    throw new GeneralSecurityException("the provider makes no trust manager that checks names");
  }

  private static KeyStore store(List<X509Certificate> authorities) throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12", Provider.CRYPTO);
      store.load(null, null);
      for (X509Certificate authority : authorities) {
        store.setCertificateEntry(Fingerprint.of(authority).hex(), authority);
      }
      return store;
    } catch (IOException e) {
      throw new GeneralSecurityException("an empty store cannot be made", e);
    }
  }

  private X509ExtendedTrustManager voucher(X509Certificate[] chain) throws CertificateException {
    X509ExtendedTrustManager authorities = vouched;
    if (authorities == null) {
      throw new CertificateException(
          "nobody vouches for the "
              + (chain.length == 0
                  ? "missing certificate"
                  : "certificate with SHA-256 fingerprint " + Fingerprint.of(chain[0])));
    }
    return authorities;
  }

  private boolean isKnown(X509Certificate[] chain) {
    return chain.length > 0 && known.test(chain[0]);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    if (!isKnown(chain)) {
      X509ExtendedTrustManager voucher = voucher(chain);
      explained(chain, () -> voucher.checkClientTrusted(chain, type, engine));
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    if (isKnown(chain)) {
      return;
    }
    try {
      X509ExtendedTrustManager voucher = voucher(chain);
      explained(chain, () -> voucher.checkServerTrusted(chain, type, engine));
    } catch (CertificateException e) {
      String why = vouched == null ? "only pinned brokers are trusted" : e.getMessage();
      throw chain.length == 0 ? e : new CertificateException(why + remedy(chain[0]), e);
    }
  }

  /** A broker that made its certificate itself is known by nothing else. */
  private static String remedy(X509Certificate broker) {
    return "; if its operator confirms this fingerprint, write broker.pins = "
        + Fingerprint.of(broker)
        + " into etc/org.culvert.tls.bouncycastle.cfg";
  }

  private interface Judgement {
    void come() throws CertificateException;
  }

  /** Whoever is refused for a date is told of the clock that it was compared with. */
  private static void explained(X509Certificate[] chain, Judgement judgement)
      throws CertificateException {
    try {
      judgement.come();
    } catch (CertificateException e) {
      Optional<String> date = OutOfDate.of(List.of(chain));
      throw date.isPresent() ? new CertificateException(date.get(), e) : e;
    }
  }

  /** No hint for clients: one whose certificate is known by itself would show none at all. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("only engines are served");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("only engines are served");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("only engines are served");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("only engines are served");
  }
}

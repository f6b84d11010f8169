package org.culvert.tls.bouncycastle;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Says that a certificate is out of date, and that the clock may be the cause. */
final class OutOfDate {
  private OutOfDate() {}

  /** Returns what is wrong with the first that is out of date by this machine's clock. */
  static Optional<String> of(List<X509Certificate> chain) {
    return of(chain, Instant.now());
  }

  static Optional<String> of(List<X509Certificate> chain, Instant now) {
    return chain.stream().flatMap(certificate -> one(certificate, now).stream()).findFirst();
  }

  private static Optional<String> one(X509Certificate certificate, Instant now) {
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    String clock = ", and this machine's clock says " + now.truncatedTo(ChronoUnit.SECONDS);
    String name = "the certificate of " + certificate.getSubjectX500Principal();
    if (now.isBefore(begin)) {
      return Optional.of(
          name + " is not valid before " + begin + clock + ": set it if it is wrong");
    }
    return now.isAfter(end)
        ? Optional.of(name + " expired on " + end + clock + ": renew the one or set the other")
        : Optional.empty();
  }
}

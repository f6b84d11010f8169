package org.culvert.tls.bouncycastle;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * Which user a client's certificate names.
 *
 * @param source where a certificate of the operator's authority has the name
 * @param byFingerprint certificates known one by one; they need no authority
 */
record UserNaming(Source source, Map<Fingerprint, String> byFingerprint) {
  private static final int LONGEST_NAME = 255;
  private static final int DNS_NAME = 2;
  private static final int EMAIL = 1;

  /** Where a certificate has its user's name. */
  enum Source {
    /** The common name of the subject. */
    SUBJECT_CN,
    /** The DNS name among the subject's alternative names. */
    SAN_DNS,
    /** The email address there. */
    SAN_EMAIL,
    /** Nowhere: only certificates known by fingerprint name a user. */
    FINGERPRINT
  }

  /** Copies the map. */
  UserNaming {
    byFingerprint = Map.copyOf(byFingerprint);
  }

  /** Tells whether a certificate is known by its fingerprint. */
  boolean knows(X509Certificate certificate) {
    return byFingerprint.containsKey(Fingerprint.of(certificate));
  }

  /**
   * Returns the user whom a certificate names that was found trustworthy. One with several names of
   * the kind names nobody, for which of them it would be is anybody's guess.
   */
  Optional<String> user(X509Certificate certificate) {
    String known = byFingerprint.get(Fingerprint.of(certificate));
    if (known != null) {
      return Optional.of(known);
    }
    List<String> names =
        switch (source) {
          case SUBJECT_CN -> commonNames(certificate);
          case SAN_DNS -> alternativeNames(certificate, DNS_NAME);
          case SAN_EMAIL -> alternativeNames(certificate, EMAIL);
          case FINGERPRINT -> List.of();
        };
    return names.size() == 1
        ? Optional.of(names.get(0)).filter(UserNaming::isFit)
        : Optional.empty();
  }

  private static List<String> commonNames(X509Certificate certificate) {
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    // A relative name may hold several attributes, in the order of their encoding.
    return Arrays.stream(subject.getRDNs(BCStyle.CN))
        .flatMap(rdn -> Arrays.stream(rdn.getTypesAndValues()))
        .filter(attribute -> attribute.getType().equals(BCStyle.CN))
        .map(attribute -> IETFUtils.valueToString(attribute.getValue()))
        .toList();
  }

  private static List<String> alternativeNames(X509Certificate certificate, int kind) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.get(0).equals(kind))
              .map(name -> String.valueOf(name.get(1)))
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  /** An escaped or unprintable name is one that no operator wrote into an account. */
  static boolean isFit(String name) {
    return !name.isBlank()
        && name.length() <= LONGEST_NAME
        && name.indexOf('\\') < 0
        && name.chars().noneMatch(Character::isISOControl);
  }
}

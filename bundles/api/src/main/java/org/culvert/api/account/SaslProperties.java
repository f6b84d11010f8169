package org.culvert.api.account;

/** Names shared by the SASL factories and those who call them. */
public final class SaslProperties {
  /**
   * Service property of a {@code SaslServerFactory} or {@code SaslClientFactory}: the mechanism's
   * name.
   */
  public static final String MECHANISM = "sasl.mechanism";

  /** The SASL service name of TSP, as clients write it into a digest-uri. */
  public static final String SERVICE = "tsp";

  /**
   * Key of the {@code props} argument of {@code createSaslServer}: {@code "true"} if the client
   * announced version 2.0.0 or lower and may cut H(user:realm:password) before its first zero
   * octet.
   */
  public static final String ZERO_OCTET_DEFECT = "org.culvert.sasl.zero-octet-defect";

  /**
   * Key of the {@code props} argument of both factories: {@code "true"} if the server offered a
   * mechanism with channel binding, one whose name ends in {@code -PLUS}. What one side knows of
   * the other's offer tells it whether somebody between them took it away (RFC 5802 section 6).
   */
  public static final String CHANNEL_BINDING_OFFERED = "org.culvert.sasl.channel-binding-offered";

  private SaslProperties() {}
}

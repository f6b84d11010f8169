package org.culvert.conformance.client;

/** What a scripted client does wrong, one thing each, and the case that has to notice. */
enum Fault {
  NONE("", false),
  GREETS("version-line", true),
  NEVER_COMES("version-line", true),
  LINE_FEED_ONLY("version-line", true),
  NUL_AFTER_LINE("auth-line", true),
  FIRST_SEQUENCE_ZERO("udp-header", true),
  SEQUENCE_JUMPS("udp-header", true),
  RESENDS_UNDER_NEW_NUMBER("udp-lost-create", true),
  RESENDS_OTHER_DATA("udp-lost-create", true),
  NEVER_RESENDS("udp-lost-create", true),
  RESENDS_AT_ONCE("udp-lost-create", true),
  DOES_NOT_BACK_OFF("udp-backoff", true),
  TAKES_ANY_NUMBER("udp-other-number-02", true),
  TAKES_ANY_SENDER("udp-stranger", true),
  TAKES_NOISE("udp-noise-04", true),
  TALKS_ON("udp-acknowledged-03", true),
  WRONG_LENGTH("create-form", true),
  SERVER_ELEMENT("create-form", true),
  IPV6_ADDRESS("create-address", true),
  OTHER_ADDRESS("create-own-address", true),
  OTHER_TYPE("create-v6v4", true),
  NO_FALLBACK("version-refused", true),
  COMES_AGAIN_AT_ONCE("version-status-02", true),
  COMES_NEVER_AGAIN("session-comes-back", true),
  USES_WHAT_IS_NOT_OFFERED("capability-foreign-01", true),
  PLAIN_ANYWAY("capability-not-plain", true),
  IGNORES_REFUSALS("auth-status-01", true),
  TEXT_OF_SUCCESS("auth-success-02", true),
  TRUSTS_WITHOUT_PROOF("digest-wrong-proof-success", false),
  WRONG_PASSWORD("session-digest", true),
  ACCEPTS_ANYTHING("xml-malformed-01", true),
  ACCEPTS_BAD_OFFERS("offer-bad-01", true),
  ACCEPTS_NOTHING("session-anonymous", true),
  DOES_NOT_TRIM("xml-lenient-01", true),
  NEEDS_LIFETIME("offer-optional-01", true),
  DATA_BEFORE_ACCEPT("data-after-accept", true),
  PINGS_TOO_RARELY("data-keepalive", true),
  PINGS_ELSEWHERE("data-keepalive-address", true),
  FOLLOWS_ANYBODY("referral-unproved-nobody", true),
  FOLLOWS_NOBODY("referral-followed", true),
  RUNS_IN_CIRCLES("referral-circle", true),
  DOES_NOT_MEASURE("referral-nearest", true),
  READS_ONCE("tcp-pieces", false);

  private final String noticedBy;
  private final boolean udp;

  Fault(String noticedBy, boolean udp) {
    this.noticedBy = noticedBy;
    this.udp = udp;
  }

  String noticedBy() {
    return noticedBy;
  }

  String transport() {
    return udp ? "udp" : "tcp";
  }
}

package org.culvert.client;

import org.culvert.api.status.TspException;

/**
 * Whose referrals are followed. Whoever can speak in a broker's place before that has proved who it
 * is can lead a client anywhere (RFC 6169 section 6.1).
 */
enum ReferralTrust {
  /** Those of a broker that had proved who it is, by TLS or by its mechanism. */
  AUTHENTICATED {
    @Override
    boolean follows(TspException refusal) {
      return refusal.isOfProvedPeer();
    }
  },
  /** All, as old brokers need it that refer before they authenticate. */
  ANY {
    @Override
    boolean follows(TspException refusal) {
      return true;
    }
  },
  /** None. */
  NONE {
    @Override
    boolean follows(TspException refusal) {
      return false;
    }
  };

  /** Tells whether a refusal's referral is followed. */
  abstract boolean follows(TspException refusal);
}

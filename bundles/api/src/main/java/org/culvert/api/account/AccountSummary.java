package org.culvert.api.account;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What may be told about a user: no secret, and nothing made from one.
 *
 * @param user the user's name
 * @param settings what the operator decided
 * @param mechanisms the SASL mechanisms with a password that the stored verifiers and the policy
 *     allow, whether or not a bundle offers them at this moment
 * @param since when the user was added, where that is known
 */
public record AccountSummary(
    String user, AccountSettings settings, List<String> mechanisms, Optional<Instant> since) {

  /** Copies the list. */
  public AccountSummary {
    mechanisms = List.copyOf(mechanisms);
  }
}

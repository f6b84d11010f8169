package org.culvert.broker;

import java.util.Optional;
import org.culvert.api.account.Account;

/** Whether there still is an account behind a tunnel that may be prolonged. */
enum Standing {
  /** There is one, or the tunnel needs none. */
  GOOD(""),
  /** An operator has locked the user out. */
  DISABLED("its account is disabled"),
  /** An operator has removed the user; or no store ever knew one whom a certificate names. */
  UNKNOWN("no store of accounts knows its user"),
  /** Nobody can tell at this moment. */
  UNSURE("");

  private final String why;

  Standing(String why) {
    this.why = why;
  }

  static Standing of(Optional<Account> account) {
    return account.map(found -> found.enabled() ? GOOD : DISABLED).orElse(UNKNOWN);
  }

  /** Returns why a tunnel is not prolonged; nothing if it is. */
  Optional<String> why() {
    return why.isEmpty() ? Optional.empty() : Optional.of(why);
  }
}

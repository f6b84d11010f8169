package org.culvert.api.account;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Knows users, registered as a service; several may stand side by side and are asked in the order
 * of their ranking.
 */
@ConsumerType
public interface CredentialStore {

  /** Finds a user. It may block. */
  Optional<Account> find(String user);

  /**
   * Counts the changes of what this store knows of its users, as far as it learns of them: of a
   * file, each time that it is read. Does not block. Zero where it never learns of any.
   */
  default long changes() {
    return 0;
  }

  /**
   * Returns a check that no password passes and that takes as long as that of a user of this store.
   * It is made when nobody knows a user, so that time does not tell who exists.
   */
  default PasswordCheck nobody() {
    return password -> false;
  }
}

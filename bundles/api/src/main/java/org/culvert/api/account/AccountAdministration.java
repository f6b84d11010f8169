package org.culvert.api.account;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What an operator may see of the users of a store and change, registered as a service by stores
 * that can be written.
 *
 * <p>Methods may block, and may hash passwords, which takes long on purpose. A change is durable
 * when the method returns. Passwords stay the caller's, who clears them afterwards.
 */
@ConsumerType
public interface AccountAdministration {

  /** Returns the users by name, without secrets. */
  List<AccountSummary> accounts();

  /**
   * Adds a user who has no password, because a certificate or another mechanism that knows none
   * stands for it.
   *
   * @throws AccountException if there is such a user, or the settings call for a password
   */
  AccountSummary create(String user, AccountSettings settings);

  /**
   * Adds a user.
   *
   * @throws AccountException if there is such a user, or name or password cannot be used
   */
  AccountSummary create(String user, AccountSettings settings, char[] password);

  /**
   * Sets how a user may authenticate, and leaves the password as it is. What can only be made from
   * the password may stay absent until it is seen again; the summary tells.
   *
   * @throws AccountException if there is no such user
   */
  AccountSummary change(String user, AccountSettings settings);

  /**
   * Sets how a user may authenticate, and the password.
   *
   * @throws AccountException if there is no such user, or the password cannot be used
   */
  AccountSummary change(String user, AccountSettings settings, char[] password);

  /**
   * Forgets a user. Tunnels are not ended by it.
   *
   * @throws AccountException if there is no such user
   */
  void remove(String user);
}

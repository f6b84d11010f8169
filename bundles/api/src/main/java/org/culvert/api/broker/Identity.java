package org.culvert.api.broker;

/**
 * Who a session authenticated as.
 *
 * @param user the account's name; for an anonymous session a name that no other session has
 * @param anonymous whether no account stands behind it
 */
public record Identity(String user, boolean anonymous) {

  /** Returns the identity of an account. */
  public static Identity of(String user) {
    return new Identity(user, false);
  }

  /** Returns the identity of one anonymous session, told from others by an unguessable token. */
  public static Identity anonymous(String token) {
    return new Identity("anonymous-" + token, true);
  }

  @Override
  public String toString() {
    return user;
  }
}

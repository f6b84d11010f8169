package org.culvert.api.account;

/** Verifies a password. It may take long on purpose and must not be called on an event loop. */
@FunctionalInterface
public interface PasswordCheck {

  /** Tells whether this is the user's password; takes the same time whether or not it is. */
  boolean matches(char[] password);
}

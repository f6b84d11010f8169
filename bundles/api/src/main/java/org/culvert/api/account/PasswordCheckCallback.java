package org.culvert.api.account;

import javax.security.auth.callback.Callback;

/** Asks whether a user has this password, without revealing the right one to the mechanism. */
public final class PasswordCheckCallback implements Callback {
  private final String user;
  private final char[] password;
  private boolean verified;

  /** Asks for a user; the array stays the caller's, who clears it afterwards. */
  public PasswordCheckCallback(String user, char[] password) {
    this.user = user;
    this.password = password;
  }

  /** Returns the user. */
  public String user() {
    return user;
  }

  /** Returns the password to check; not a copy. */
  public char[] password() {
    return password;
  }

  /** Answers. */
  public void verified(boolean answer) {
    this.verified = answer;
  }

  /** Returns the answer; false if there was none. */
  public boolean verified() {
    return verified;
  }
}

package org.culvert.api.account;

/**
 * Refuses a change of an account, in two sentences for the operator: the cause, and what to do. It
 * carries no secret, and no stack trace.
 */
public final class AccountException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  /** Refuses; both texts are whole sentences. */
  public AccountException(String cause, String remedy) {
    super(cause, null, false, false);
    this.remedy = remedy;
  }

  /** Returns what to do. */
  public String remedy() {
    return remedy;
  }
}

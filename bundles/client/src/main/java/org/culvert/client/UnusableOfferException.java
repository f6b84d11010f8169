package org.culvert.client;

/** Says why no tunnel can be made of a broker's offer. */
final class UnusableOfferException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableOfferException(String message) {
    super(message, null, false, false);
  }
}

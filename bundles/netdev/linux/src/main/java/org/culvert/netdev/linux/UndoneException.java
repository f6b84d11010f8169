package org.culvert.netdev.linux;

import java.io.IOException;

/** Says that the kernel took a setting, and that somebody changed it back at once. */
final class UndoneException extends IOException {
  private static final long serialVersionUID = 1L;

  UndoneException(String message) {
    super(message);
  }
}

package org.culvert.api.file;

import java.io.IOException;
import java.nio.file.Path;

/** Thrown if what a name stands for is not what is read there. Nothing was read. */
public final class UnfitFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  UnfitFileException(Path file, String reason) {
    super(file + " " + reason);
    this.reason = reason;
  }

  /** Says it without the name, for example "is no regular file". */
  public String reason() {
    return reason;
  }
}

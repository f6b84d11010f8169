package org.culvert.ssh;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Leaves out what steers a terminal (ECMA-48): control sequences, which begin with ESC [, and other
 * escape sequences. Everything else passes unchanged, in bursts.
 */
final class PlainText extends FilterOutputStream {
  private static final int ESC = 0x1b;

  private State state = State.TEXT;

  PlainText(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int octet) throws IOException {
    if (isText(octet & 0xff)) {
      out.write(octet);
    }
  }

  @Override
  public void write(byte[] octets, int offset, int length) throws IOException {
    byte[] kept = new byte[length];
    int count = 0;
    for (int i = offset; i < offset + length; i++) {
      if (isText(octets[i] & 0xff)) {
        kept[count++] = octets[i];
      }
    }
    out.write(kept, 0, count);
  }

  /** Takes the next octet. A sequence may be cut anywhere between two calls. */
  private boolean isText(int octet) {
    switch (state) {
      case TEXT -> {
        state = octet == ESC ? State.ESCAPE : State.TEXT;
        return octet != ESC;
      }
      case ESCAPE -> {
        // Octets 0x20 to 0x2f go before the last one, which is 0x30 to 0x7e.
        if (octet == '[') {
          state = State.CONTROL;
        } else if (octet < 0x20 || octet > 0x2f) {
          state = State.TEXT;
        }
        return false;
      }
      case CONTROL -> {
        // Parameters are 0x20 to 0x3f; the last octet is 0x40 to 0x7e.
        if (octet >= 0x40) {
          state = State.TEXT;
        }
        return false;
      }
      default -> throw new AssertionError(state);
    }
  }

  private enum State {
    TEXT,
    ESCAPE,
    CONTROL
  }
}

package org.culvert.tls.bouncycastle;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code tls-exporter} binds one connection to (RFC 9266), once its handshake has made it. */
final class ExportedBinding {
  private volatile byte @Nullable [] binding;

  void set(byte[] made) {
    binding = made.clone();
  }

  /** Returns the binding, once both sides have said all that goes into it. */
  Optional<byte[]> get() {
    return Optional.ofNullable(binding).map(byte[]::clone);
  }
}

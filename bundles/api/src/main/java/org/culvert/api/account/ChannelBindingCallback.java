package org.culvert.api.account;

import java.util.Optional;
import javax.security.auth.callback.Callback;
import org.jspecify.annotations.Nullable;

/** Asks for octets that only the two ends of the TLS connection below know (RFC 5056). */
public final class ChannelBindingCallback implements Callback {
  /** Binds to the connection itself; of TLS 1.3 and later (RFC 9266). */
  public static final String TLS_EXPORTER = "tls-exporter";

  /** Binds to the server's certificate (RFC 5929 section 4). */
  public static final String TLS_SERVER_END_POINT = "tls-server-end-point";

  private final String type;
  private byte @Nullable [] octets;

  /** Asks for a type by its registered name. */
  public ChannelBindingCallback(String type) {
    this.type = type;
  }

  /** Returns the type. */
  public String type() {
    return type;
  }

  /** Answers; not called where there is no TLS, or it knows no binding of this type. */
  public void octets(byte[] answer) {
    this.octets = answer.clone();
  }

  /** Returns a copy of the answer. */
  public Optional<byte[]> octets() {
    return Optional.ofNullable(octets).map(byte[]::clone);
  }
}

package org.culvert.sasl.plain;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.PasswordCheckCallback;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a client may send as its one message. */
class PlainMessageFuzz {
  private static final String USER = "alice";
  private static final String PASSWORD = "secret1";
  private static final CallbackHandler ACCOUNTS =
      callbacks -> {
        for (Callback callback : callbacks) {
          if (callback instanceof PasswordCheckCallback asked) {
            asked.verified(
                asked.user().equals(USER)
                    && Arrays.equals(asked.password(), PASSWORD.toCharArray()));
          } else if (callback instanceof AuthorizeCallback asked) {
            asked.setAuthorized(asked.getAuthenticationID().equals(asked.getAuthorizationID()));
          }
        }
      };

  static Stream<byte[]> golden() {
    return Stream.of("\0alice\0secret1", "alice\0alice\0secret1", "\0bob\0x", "\0\0", "")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("golden")
  @FuzzTest
  void letsInNobodyWithoutThePassword(byte[] message) {
    SaslServer server =
        new PlainMechanism().createSaslServer("PLAIN", "tsp", "x", Map.of(), ACCOUNTS);
    String text = new String(message, StandardCharsets.UTF_8);
    try {
      server.evaluateResponse(message);
      assertThat(server.getAuthorizationID()).isEqualTo(USER);
      assertThat(text).endsWith("\0" + USER + "\0" + PASSWORD);
    } catch (SaslException e) {
      assertThat(server.isComplete()).isFalse();
    }
  }
}

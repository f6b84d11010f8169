package org.culvert.api.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccountTest {
  private static final byte[] SECRET = HexFormat.of().parseHex("c77f1474a8529921a849aee008120018");

  @Test
  void nothingShowsASecret() {
    DigestSecret secret = new DigestSecret("hexos", SECRET);
    Account account =
        new Account("alice", true, password -> true, secret, List.of(), AccountPolicy.ANY);

    assertThat(secret).hasToString("DigestSecret[hexos]");
    assertThat(account).hasToString("Account[alice]");
  }

  @Test
  void digestSecretIsCopiedInAndOut() {
    byte[] octets = SECRET.clone();
    DigestSecret secret = new DigestSecret("hexos", octets);
    octets[0] = 0;
    secret.octets()[1] = 0;

    assertThat(secret.octets()).isEqualTo(SECRET);
  }

  @Test
  void digestSecretOfAnotherLengthIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new DigestSecret("hexos", new byte[15]));
  }

  @Test
  void callbacksThatNobodyAnswersSayNo() {
    assertThat(new PasswordCheckCallback("alice", new char[0]).verified()).isFalse();
    assertThat(new DigestSecretCallback("alice", "hexos").secret()).isEmpty();
  }

  @Test
  void storeThatHashesNothingRefusesNobodysPasswordAtOnce() {
    CredentialStore store = user -> Optional.empty();

    assertThat(store.nobody().matches("secret1".toCharArray())).isFalse();
  }
}

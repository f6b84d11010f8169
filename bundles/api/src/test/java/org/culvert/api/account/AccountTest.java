package org.culvert.api.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
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
  void secretsAreMadeWhenAMechanismAsksForThem() {
    List<String> asked = new ArrayList<>();
    Account account =
        new Account(
            "alice",
            true,
            null,
            () -> Optional.of(new DigestSecret("hexos", SECRET)),
            mechanism -> {
              asked.add(mechanism);
              return Optional.empty();
            },
            AccountPolicy.ANY,
            Grant.NONE);
    assertThat(asked).isEmpty();

    assertThat(account.digestSecret().orElseThrow().octets()).isEqualTo(SECRET);
    assertThat(account.scramSecret("SCRAM-SHA-1")).isEmpty();
    assertThat(asked).containsExactly("SCRAM-SHA-1");
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

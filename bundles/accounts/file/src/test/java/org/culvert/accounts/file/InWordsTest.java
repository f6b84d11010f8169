package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.junit.jupiter.api.Test;

class InWordsTest {
  @Test
  void settingsAreToldAsTheLogHasThem() {
    AccountSettings usual = AccountSettings.USUAL;

    assertThat(InWords.of(usual)).isEqualTo("enabled");
    assertThat(
            InWords.of(
                usual
                    .enabled(false)
                    .digestMd5(true)
                    .policy(new AccountPolicy(Set.of("PLAIN", "DIGEST-MD5"), true))
                    .groups(Set.of("vip", "home"))
                    .lifetime(Optional.of(Duration.ofMinutes(60)))))
        .isEqualTo(
            "disabled, over TLS only, by DIGEST-MD5 PLAIN only, in the groups home vip,"
                + " tunnels live for 60 minutes, what DIGEST-MD5 needs is kept");
  }
}

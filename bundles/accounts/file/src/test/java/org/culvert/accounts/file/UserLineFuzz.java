package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever may stand on a line of the file of users. */
class UserLineFuzz {
  static Stream<byte[]> golden() {
    return Stream.of(
            "# a comment",
            "alice = secret1",
            "bob = digest tls-only mechanisms:SCRAM-SHA-256,PLAIN password:my secret",
            "carol = disabled since:2026-01-01T00:00:00Z {BLF-CRYPT}$2y$10$abcdefghijklmnopqrstuv",
            "dave = {SCRAM-SHA-256}4096,c2FsdHNhbHQ=,c3RvcmVk,c2VydmVy {HA1}culvert:0123456789abcdef",
            "= nobody",
            "eve = {")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("golden")
  @FuzzTest
  void isAUserOrSaysWhatIsWrong(byte[] octets) {
    UserLine line = UserLineParser.parse(new String(octets, StandardCharsets.ISO_8859_1));
    if (line instanceof UserLine.Broken broken) {
      assertThat(broken.reason()).isNotBlank().matches("\\P{Cntrl}*");
      assertThat(broken.remedy()).isNotBlank().matches("\\P{Cntrl}*");
    } else if (line instanceof UserLine.Clear clear) {
      assertThat(clear).hasToString("Clear[" + clear.entry().name() + "]");
    }
  }
}

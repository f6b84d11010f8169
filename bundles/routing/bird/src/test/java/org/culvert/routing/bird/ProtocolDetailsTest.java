package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProtocolDetailsTest {
  @Test
  void tellsWhatIsUp() {
    assertThat(
            summary(
                "culvert_1  BGP        ---        up     2026-11-24 15:47:21  Established   ",
                "    Routes:         1 imported, 0 filtered, 2 exported, 1 preferred"))
        .isEqualTo("Established, 1 prefix accepted, 2 prefixes announced");
    assertThat(
            summary(
                "culvert_1  RIP        culvert_1_t up     15:54:43.038  ",
                "    Routes:         0 imported, 7 filtered, 1 exported, 0 preferred"))
        .isEqualTo("RIP up, 0 prefixes accepted, 1 prefix announced, 7 prefixes refused");
  }

  @Test
  void tellsWhyItIsNot() {
    assertThat(
            summary(
                "culvert_1  BGP        ---        start  2026-11-24    Active        Socket: Connection refused",
                "  Last error:         Socket: Connection refused"))
        .isEqualTo("Active, Socket: Connection refused");
    assertThat(
            summary(
                "culvert_1  BGP        ---        start  15:47:21.000  Connect",
                "  Last error:         Hold timer expired"))
        .isEqualTo("Connect, last because of: Hold timer expired");
    assertThat(summary("culvert_1  BGP        ---        down   15:47:21.000")).isEqualTo("down");
  }

  @Test
  void tellsThatThereIsNoSuchProtocol() {
    assertThat(new ProtocolDetails(List.of(), List.of()).summary())
        .isEqualTo("BIRD has no such protocol");
    assertThat(ProtocolLine.of("what else")).isEmpty();
  }

  private static String summary(String line, String... details) {
    return new ProtocolDetails(List.of(ProtocolLine.of(line).orElseThrow()), List.of(details))
        .summary();
  }
}

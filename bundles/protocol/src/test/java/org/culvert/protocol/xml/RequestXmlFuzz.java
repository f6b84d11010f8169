package org.culvert.protocol.xml;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.status.TspException;
import org.culvert.protocol.Golden;
import org.culvert.protocol.Samples;
import org.junit.jupiter.params.provider.MethodSource;

/** What a broker reads of a client's XML. */
class RequestXmlFuzz {
  static Stream<byte[]> golden() {
    return Golden.documents('C');
  }

  @MethodSource("golden")
  @FuzzTest
  void isUnderstoodOrRefused(byte[] octets) {
    TunnelCommand command;
    try {
      command = Samples.command(octets);
    } catch (TspException e) {
      assertThat(e.code().number()).isGreaterThanOrEqualTo(300);
      return;
    }
    byte[] written =
        RequestWriter.write(command, IpVersion.IPV6).getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Samples.command(written)).isEqualTo(command);
  }
}

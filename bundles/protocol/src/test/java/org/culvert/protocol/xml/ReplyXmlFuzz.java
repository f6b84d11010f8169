package org.culvert.protocol.xml;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.status.Referral;
import org.culvert.protocol.Golden;
import org.culvert.protocol.Samples;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client reads of a broker's XML. */
class ReplyXmlFuzz {
  static Stream<byte[]> golden() {
    return Golden.documents('S');
  }

  @MethodSource("golden")
  @FuzzTest
  void isUnderstoodOrRefused(byte[] octets) {
    Optional<TunnelOffer> offer = offer(octets);
    if (offer.isPresent()) {
      assertThat(offer(bytes(ReplyWriter.offer(offer.get())))).isEqualTo(offer);
    }
    Optional<Referral> referral = referral(octets);
    if (referral.isPresent()) {
      assertThat(referral(bytes(ReplyWriter.referral(referral.get())))).isEqualTo(referral);
    }
  }

  private static Optional<TunnelOffer> offer(byte[] octets) {
    try {
      return Optional.of(ReplyReader.offer(octets, Samples.asked(Samples.HOST)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Referral> referral(byte[] octets) {
    try {
      return ReplyReader.referral(octets);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static byte[] bytes(String document) {
    return document.getBytes(StandardCharsets.ISO_8859_1);
  }
}

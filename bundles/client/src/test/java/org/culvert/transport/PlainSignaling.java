package org.culvert.transport;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.security.sasl.SaslClientFactory;
import org.culvert.api.account.SaslProperties;
import org.culvert.sasl.anonymous.AnonymousMechanism;
import org.culvert.sasl.digestmd5.DigestMd5Mechanism;
import org.culvert.sasl.plain.PlainMechanism;
import org.culvert.sasl.scram.ScramMechanism;

/** The client's half of the transport with all mechanisms, wired without a framework. */
public final class PlainSignaling {
  private PlainSignaling() {}

  /**
   * Starts it; whoever asks for it closes it.
   *
   * @param leastTimeout the shortest time to wait for the answer to a datagram
   */
  public static SignalingClient start(Duration leastTimeout) {
    SignalingClient signaling = new SignalingClient(leastTimeout);
    signaling.factories =
        List.of(
            mechanism(new AnonymousMechanism(), "ANONYMOUS"),
            mechanism(new PlainMechanism(), "PLAIN"),
            mechanism(new DigestMd5Mechanism(), "DIGEST-MD5"),
            mechanism(new ScramMechanism(), "SCRAM-SHA-256"));
    return signaling;
  }

  private static Map.Entry<Map<String, Object>, SaslClientFactory> mechanism(
      SaslClientFactory factory, String name) {
    return Map.entry(Map.of(SaslProperties.MECHANISM, name), factory);
  }
}

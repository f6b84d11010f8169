package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.signaling.RefusedAttempt;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.junit.jupiter.api.Test;

class RefusalsCommandTest {
  private static final RefusedAttempt FAILED =
      new RefusedAttempt(
          Instant.parse("2026-01-01T00:00:00.123Z"),
          12,
          Optional.of("alice"),
          Transport.UDP,
          "[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
          Optional.of("SCRAM-SHA-256"),
          Optional.of(StatusCode.AUTHENTICATION_FAILED),
          "authentication failed: wrong password");

  @Test
  void whoHowAndWhyAreSeenInEightyColumns() {
    Listing listing = RefusalsCommand.listing();
    listing.add(RefusalsCommand.row(FAILED));

    assertThat(listing.table(80))
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("2026-01-01T00:00:00Z", "12", "300", "udp", "SCRAM-SHA-256", "alice"))
        .anySatisfy(line -> assertThat(line).contains("[2001:db8:1111:2222:"))
        .anySatisfy(line -> assertThat(line).endsWith("authentication failed: wrong"));
  }

  @Test
  void whatIsNotKnownIsThereInJson() {
    RefusedAttempt closed =
        new RefusedAttempt(
            FAILED.last(),
            1,
            Optional.empty(),
            Transport.TLS,
            "192.0.2.1:5",
            Optional.empty(),
            Optional.empty(),
            "TLS handshake failed");

    assertThat(Json.write(RefusalsCommand.row(closed)))
        .contains("\"code\": null", "\"user\": null", "\"times\": 1");
  }
}

package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.api.tunnel.SignalingPath;
import org.junit.jupiter.api.Test;

class SessionsCommandTest {
  private static final String CLIENT = "2001:db8:1111:2222:3333:4444:5555:6666";
  private static final String SERVER = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff";

  @Test
  void bothEndsOfALongPathAreSeenInEightyColumns() {
    Listing listing = SessionsCommand.listing();
    listing.add(
        SessionsCommand.row(
            new SessionSummary(
                "s123456",
                new SignalingPath(
                    SignalingPath.Transport.TCP,
                    new InetSocketAddress(IpAddresses.parse(SERVER), 3653),
                    new InetSocketAddress(IpAddresses.parse(CLIENT), 65535)),
                "authentication",
                Optional.of("2.0.2"),
                Optional.empty(),
                Duration.ofMinutes(5))));

    assertThat(listing.table(80)).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    assertThat(String.join("\n", listing.table(80))).contains(CLIENT, SERVER + "]:3653");
  }
}

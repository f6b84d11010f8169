package org.culvert.itests.attack;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Attacks a broker in one way while users log in, and prints the figures. Usage: {@code Attacker
 * NAME SECONDS}.
 */
final class Attacker {
  private static final Map<String, Supplier<Attack>> ATTACKS =
      Map.ofEntries(
          Map.entry("spoofed-anonymous", SpoofedAnonymous::new),
          Map.entry("repeated-header", RepeatedHeader::new),
          Map.entry("endless-lines", EndlessLines::new),
          Map.entry("failures-at-once", FailuresAtOnce::new),
          Map.entry("crowd-of-anonymous", CrowdOfAnonymous::new),
          Map.entry("victims-sessions", VictimsSessions::new),
          Map.entry("victims-failures", VictimsFailures::new),
          Map.entry("blind-flood", BlindFlood::new),
          Map.entry("blind-tunnels", BlindTunnels::new),
          Map.entry("displaced-tunnel", DisplacedTunnel::new),
          Map.entry("tls-handshakes", TlsHandshakes::new),
          Map.entry("guesses-of-a-network", GuessesOfNetwork::new),
          Map.entry("drip-feed", DripFeed::new),
          Map.entry("proportions", Proportions::new),
          Map.entry("reflection", Reflection::new),
          Map.entry("port-scan", PortScan::new));

  private Attacker() {}

  public static void main(String[] words) throws Exception {
    Field field = Field.ofSeconds(Integer.parseInt(words[1]));
    Attack attack = ATTACKS.get(words[0]).get();
    Figures figures = new Figures();
    Users users = new Users(field, attack.users(), figures);
    users.logIn("before");
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread attacking =
        new Thread(
            () -> {
              try {
                attack.run(field, figures);
              } catch (IOException | InterruptedException | RuntimeException e) {
                failure.set(e);
              }
            },
            "attack");
    attacking.start();
    users.logInWhile(attacking);
    if (failure.get() != null) {
      throw failure.get();
    }
    users.awaitRoom();
    users.logIn("after");
    figures.print(System.out);
  }
}

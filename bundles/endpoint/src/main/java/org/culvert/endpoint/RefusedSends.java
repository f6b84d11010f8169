package org.culvert.endpoint;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.netdev.SendRefusal;
import org.culvert.api.recurrence.Recurrences;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * Tunnels to whose other ends this host's kernel refuses to send packets, by a rule, a route or a
 * packet filter of somebody else's. They stay up, for the kernel decides packet by packet.
 *
 * <ol>
 *   <li>once a second the count of each tunnel's refused packets is compared with the one before
 *   <li>where it rose, the datapath is asked why
 *   <li>into those tunnels, and no others, an echo request is sent every second: while the kernel
 *       refuses it, it costs nobody anything
 *   <li>two seconds in a row without a refusal end it; what begins again and again ends ever later
 * </ol>
 *
 * <p>Confined to the endpoint's thread.
 */
final class RefusedSends {
  /** So many looks in a row after a try say that the kernel sends again. */
  private static final int CALM_LOOKS = 2;

  /** So many tunnels are tried in a second while all are refused: each costs a system call. */
  private static final int TRIES = 500;

  /** Where few were refused, so many times as many are tried next. */
  private static final int GROWTH = 8;

  private static final int MOST_TRIES = 50_000;

  private final int echoIdentifier;
  private final Recurrences<String> turns;

  /** What is the matter now, by tunnel; the one that was refused last comes last. */
  private final Map<String, Trouble> troubles = new LinkedHashMap<>();

  private int tries = TRIES;
  private int sequence;

  /** How many tunnels had packets refused in this round. */
  private int refused;

  private boolean turned;

  /** One tunnel's; confined like the rest. */
  private static final class Trouble {
    final TunnelParameters tunnel;
    final String words;
    boolean tried;
    int calm;

    Trouble(TunnelParameters tunnel, String words) {
      this.tunnel = tunnel;
      this.words = words;
    }
  }

  /**
   * Knows of nothing yet.
   *
   * @param echoIdentifier what its echo requests are told apart by, 0 to 65535
   * @param nanos a clock that never jumps
   */
  RefusedSends(int echoIdentifier, LongSupplier nanos) {
    this.echoIdentifier = echoIdentifier;
    this.turns = new Recurrences<>(nanos);
  }

  /** Looks at the counters of one tunnel, once a second. */
  void look(
      TunnelParameters tunnel,
      Supervision supervision,
      Forwarding forwarding,
      TunnelCounters counters) {
    boolean more =
        supervision.isRefusedMore(counters.drops().getOrDefault(DropReason.OUTER_REFUSED, 0L));
    if (more) {
      begin(tunnel, forwarding.refusal(tunnel.id()));
    } else if (!troubles.isEmpty()) {
      calm(tunnel.id());
    }
  }

  private void begin(TunnelParameters tunnel, SendRefusal why) {
    String id = tunnel.id();
    String words = words(tunnel, why);
    refused++;
    Trouble earlier = troubles.remove(id);
    troubles.put(id, new Trouble(tunnel, words));
    if (earlier == null) {
      turns.note(id);
    }
    turned |= earlier == null || !earlier.words.equals(words);
  }

  private void calm(String id) {
    Trouble trouble = troubles.get(id);
    if (trouble == null || !trouble.tried) {
      return;
    }
    trouble.tried = false;
    trouble.calm++;
    if (trouble.calm >= CALM_LOOKS && turns.due(Set.of(id)).contains(id)) {
      troubles.remove(id);
      turned = true;
    }
  }

  /**
   * Ends a round of looks: forgets tunnels that are gone, and tries those whose packets are
   * refused.
   *
   * @return whether any tunnel stands otherwise than before the round
   */
  boolean endRound(Collection<Standing> standings, Datapaths datapaths) {
    if (!troubles.isEmpty()) {
      tries = refused > tries / 2 ? TRIES : Math.min(MOST_TRIES, tries * GROWTH);
      troubles
          .keySet()
          .retainAll(
              standings.stream()
                  .map(standing -> standing.parameters().id())
                  .collect(Collectors.toSet()));
      turns.settle();
      troubles.values().stream().limit(tries).forEach(trouble -> tryAgain(trouble, datapaths));
    }
    refused = 0;
    boolean otherwise = turned;
    turned = false;
    return otherwise;
  }

  private void tryAgain(Trouble trouble, Datapaths datapaths) {
    TunnelParameters tunnel = trouble.tunnel;
    trouble.tried = true;
    sequence++;
    EchoRequest.of(tunnel.localAddress(), tunnel.remoteAddress(), echoIdentifier, sequence)
        .ifPresent(
            request ->
                datapaths
                    .forwarding(tunnel.id())
                    .ifPresent(forwarding -> forwarding.inject(tunnel.id(), request)));
  }

  /** Says what is the matter with a tunnel, and what to type; empty if nothing is. */
  Optional<String> warning(String id) {
    return Optional.ofNullable(troubles.get(id)).map(trouble -> trouble.words);
  }

  /** What many tunnels have is told once, so what is each one's own comes last. */
  private static String words(TunnelParameters tunnel, SendRefusal why) {
    InetAddress other = tunnel.outer().remote().getAddress();
    String address = UserAddresses.text(other);
    String rules = other instanceof Inet4Address ? "ip rule" : "ip -6 rule";
    String routes = "ip route get " + address + " and " + rules;
    String filter = "nft list ruleset, and look for what drops packets to " + address;
    String command =
        switch (why) {
          case FILTERED -> filter;
          case OTHER, NONE -> routes + " and " + filter;
          default -> routes;
        };
    return "this host's kernel refuses to send packets to the tunnel's other end: "
        + why.words()
        + "; type: "
        + command;
  }
}

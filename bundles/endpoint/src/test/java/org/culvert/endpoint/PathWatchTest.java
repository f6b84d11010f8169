package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier.IpProtocol;
import org.culvert.api.encapsulation.WireFormat.Carrier.Udp;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.endpoint.PathWatch.Living;
import org.junit.jupiter.api.Test;

class PathWatchTest {
  private static final int IDENTIFIER = 0xBEEF;
  private static final int LARGEST = 1472;
  private static final WireFormat WIRE = new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Udp());

  private static final WireFormat IPV4_OVER_IPV6 =
      new WireFormat(IpVersion.IPV6, IpVersion.IPV4, new IpProtocol(4));

  private final Carrier carrier = new Carrier();
  private final Map<String, Living> living = new LinkedHashMap<>();
  private long now;
  private long nonce;
  private boolean silent;
  private Object opening = "first";
  private final List<Integer> deviceMtus = new ArrayList<>();
  private final PathWatch watch =
      new PathWatch(LARGEST, IDENTIFIER, () -> ++nonce * 0x9E3779B97F4A7C15L, () -> now);

  @Test
  void whatPassesIsUsed() {
    live(1);

    passes(Duration.ofSeconds(1));

    assertThat(carrier.mtu).containsExactly(Map.entry("t1", LARGEST));
    assertThat(watch.mtu("t1")).contains(LARGEST);
    assertThat(watch.mtu("t2")).isEmpty();
  }

  @Test
  void somebodyElsesAnswerCountsForNothing() {
    carrier.carries = 1280;
    live(1);
    passes(Duration.ofMillis(250));

    carrier.lost.forEach(probe -> watch.answered(IpAddresses.parse("2001:db8::bad"), probe.nonce));
    for (int guess = 0; guess < 0x10000; guess++) {
      watch.answered(inner(1), guess);
    }

    assertThat(carrier.lost).isNotEmpty();
    assertThat(watch.mtu("t1")).contains(1280);
  }

  @Test
  void anAnswerThatComesAfterALongWhileCountsForNothing() {
    carrier.carries = 1280;
    live(1);
    passes(Duration.ofMillis(250));
    Answer answer = carrier.lost.get(0);

    passes(Duration.ofSeconds(11));
    watch.answered(answer.from, answer.nonce);

    assertThat(watch.mtu("t1")).contains(1280);
  }

  @Test
  void anAnswerToASearchThatIsOverCountsForNothing() {
    carrier.carries = 1280;
    live(1);
    passes(Duration.ofMillis(250));
    Answer answer = carrier.lost.get(0);

    living.put(
        "t1",
        new Living(tunnel(1, "203.0.113.9"), opening, silent, WIRE, carrier, deviceMtus::add));
    passes(Duration.ofMillis(250));
    watch.answered(answer.from, answer.nonce);

    assertThat(watch.mtu("t1")).contains(1280);
  }

  @Test
  void anAnswerCountsOnce() {
    live(1);
    passes(Duration.ofSeconds(1));
    Answer first = carrier.answered.get(0);
    carrier.carries = 1280;
    watch.reported("t1", 1280);
    passes(Duration.ofMillis(250));

    // The answer of before, once more.
    watch.answered(first.from, first.nonce);
    passes(Duration.ofSeconds(2));

    assertThat(watch.mtu("t1")).contains(1280);
  }

  @Test
  void aTunnelThatMovedIsSearchedAnew() {
    live(1);
    passes(Duration.ofSeconds(1));
    carrier.carries = 1400;

    living.put(
        "t1",
        new Living(tunnel(1, "203.0.113.9"), opening, silent, WIRE, carrier, deviceMtus::add));
    passes(Duration.ofMillis(250));

    assertThat(carrier.mtu).containsEntry("t1", 1280);
    passes(Duration.ofSeconds(40));
    assertThat(carrier.mtu).containsEntry("t1", 1400);
  }

  /** Types without ports have equal parameters again. */
  @Test
  void aTunnelThatWasClosedAndOpenedIsSearchedAnew() {
    carrier.carries = 1400;
    live(1);
    passes(Duration.ofSeconds(20));
    assertThat(watch.mtu("t1")).contains(1400);
    carrier.carries = 1500;

    opening = "second";
    live(1);
    passes(Duration.ofSeconds(3));

    assertThat(watch.mtu("t1")).contains(LARGEST);
  }

  @Test
  void aBlackHoleIsNoticedWhilePacketsFlow() {
    live(1);
    passes(Duration.ofSeconds(1));
    carrier.sentOctets = 100_000;
    passes(Duration.ofSeconds(1));
    carrier.carries = 1300;

    for (int i = 0; i < 3; i++) {
      carrier.sentOctets += 100_000;
      passes(Duration.ofSeconds(1));
    }

    assertThat(watch.mtu("t1").orElseThrow()).isLessThanOrEqualTo(1300);
  }

  @Test
  void whatARouterNamesIsUsedSoon() {
    live(1);
    passes(Duration.ofSeconds(1));
    carrier.carries = 1333;

    watch.reported("t1", 1333);
    passes(Duration.ofMillis(1_750));

    assertThat(watch.mtu("t1")).contains(1333);
    assertThat(carrier.mtu).containsEntry("t1", 1333);
  }

  @Test
  void sizesAreLookedAtTwoAtATimeAndNoMore() {
    carrier.carries = 1372;
    live(1);
    int most = 0;
    for (int i = 0; i < 12; i++) {
      int probes = carrier.probes;
      passes(Duration.ofMillis(PathWatch.TICK_MILLIS));
      most = Math.max(most, carrier.probes - probes);
    }

    assertThat(carrier.mtu).containsEntry("t1", 1372);
    assertThat(most).isEqualTo(2);
  }

  @Test
  void anIdleTunnelIsLeftAloneOnceItsPathIsKnown() {
    live(1);
    passes(Duration.ofSeconds(1));
    int probes = carrier.probes;

    passes(Duration.ofMinutes(1));

    assertThat(carrier.mtu).containsEntry("t1", LARGEST);
    assertThat(carrier.probes).isEqualTo(probes);
  }

  @Test
  void answersToTheOtherEndSProbesAreNoReasonToProbe() {
    live(1);
    passes(Duration.ofSeconds(1));
    int probes = carrier.probes;

    for (int i = 0; i < 100; i++) {
      carrier.receivedOctets += LARGEST;
      // The answer to the one before, as this host is slow.
      carrier.sentOctets += i == 0 ? 0 : LARGEST;
      passes(Duration.ofMillis(250));
    }
    carrier.sentOctets += LARGEST;
    passes(Duration.ofSeconds(5));

    assertThat(carrier.probes).isEqualTo(probes);
  }

  @Test
  void aLargePacketNowAndThenIsUseEnoughToNoticeABlackHole() {
    live(1);
    passes(Duration.ofSeconds(1));
    carrier.carries = 1300;

    // A sender that has no answer, and sends it again and again.
    for (int i = 0; i < 3; i++) {
      carrier.sentOctets += 1400;
      carrier.receivedOctets += 80;
      passes(Duration.ofSeconds(1));
    }

    assertThat(watch.mtu("t1").orElseThrow()).isLessThanOrEqualTo(1300);
  }

  @Test
  void aTunnelThatEndedIsForgotten() {
    live(1);
    passes(Duration.ofMillis(250));
    living.clear();

    passes(Duration.ofSeconds(1));
    Answer first = carrier.answered.get(0);
    watch.answered(first.from, first.nonce);
    watch.reported("t1", 1280);

    assertThat(watch.mtu("t1")).isEmpty();
  }

  @Test
  void aDatapathThatCannotProbeKeepsWhatWasAgreed() {
    carrier.canProbe = false;
    live(1);

    passes(Duration.ofSeconds(5));

    assertThat(watch.mtu("t1")).contains(1280);
    assertThat(carrier.mtu).isEmpty();
  }

  @Test
  void aHostThatCanSendNothingForAWhileKeepsWhatWasFound() {
    live(1);
    passes(Duration.ofSeconds(1));
    carrier.canProbe = false;
    for (int i = 0; i < 5; i++) {
      carrier.sentOctets += 100_000;
      passes(Duration.ofSeconds(1));
    }
    assertThat(watch.mtu("t1")).contains(LARGEST);

    carrier.canProbe = true;
    carrier.carries = 1400;
    carrier.sentOctets += 100_000;
    passes(Duration.ofSeconds(30));
    assertThat(watch.mtu("t1")).contains(1400);
    assertThat(deviceMtus).as("so does the device").startsWith(1280, LARGEST).endsWith(1400);
  }

  @Test
  void anOutageThatBeganWithTheSearchIsOverWhenAnythingComesOut() {
    carrier.carries = 0;
    live(1);
    passes(Duration.ofSeconds(20));
    assertThat(watch.mtu("t1")).contains(1280);
    carrier.carries = 1500;

    carrier.receivedPackets++;
    passes(Duration.ofSeconds(3));

    assertThat(watch.mtu("t1")).contains(LARGEST);
  }

  @Test
  void anOutageThatBeganWithTheSearchIsOverWhenTheEndIsHeardAgain() {
    silent = true;
    carrier.carries = 0;
    live(1);
    for (int i = 0; i < 120; i++) {
      carrier.sentOctets += 100_000;
      passes(Duration.ofSeconds(1));
    }
    carrier.carries = 1500;

    silent = false;
    live(1);
    passes(Duration.ofSeconds(3));

    assertThat(watch.mtu("t1")).contains(LARGEST);
  }

  @Test
  void aSearchThatFoundNothingIsDoneAnewWhenTheEndIsHeardAgain() {
    silent = true;
    carrier.carries = 1280;
    live(1);
    passes(Duration.ofSeconds(20));
    carrier.carries = 1500;

    silent = false;
    live(1);
    passes(Duration.ofSeconds(3));

    assertThat(watch.mtu("t1")).contains(LARGEST);
  }

  @Test
  void aSearchThatFoundNothingIsDoneAnewWhenPacketsAreTooBig() {
    carrier.carries = 1280;
    live(1);
    passes(Duration.ofSeconds(20));
    carrier.carries = 1500;

    carrier.tooBig++;
    passes(Duration.ofSeconds(3));

    assertThat(watch.mtu("t1")).contains(LARGEST);
  }

  @Test
  void packetsThatAreTooBigAllTheTimeDrawFewProbes() {
    carrier.carries = 1280;

    assertThat(probesOfTenBusyMinutes()).isBetween(10, 200);
  }

  @Test
  void anEndThatAnswersNobodyIsAskedFewTimesWhileItSends() {
    carrier.carries = 0;

    assertThat(probesOfTenBusyMinutes()).isBetween(1, 20);
  }

  /** Each second something comes out, and something is too big to go in. */
  private int probesOfTenBusyMinutes() {
    live(1);
    passes(Duration.ofSeconds(20));
    int before = carrier.probes;
    for (int i = 0; i < 600; i++) {
      carrier.tooBig++;
      carrier.receivedPackets++;
      passes(Duration.ofSeconds(1));
    }
    return carrier.probes - before;
  }

  @Test
  void ipv4OverIpv6BeginsWithWhatIsLeftOnThePathsOfIpv6() {
    carrier.carries = 1240;
    TunnelParameters tunnel = ipv4(1280);
    living.put("t1", new Living(tunnel, opening, silent, IPV4_OVER_IPV6, carrier, deviceMtus::add));

    watch.look(living);
    assertThat(watch.mtu("t1")).contains(1240);
    passes(Duration.ofSeconds(20));

    assertThat(carrier.mtu).containsExactly(Map.entry("t1", 1240));
    assertThat(deviceMtus).as("IPv6 stays on the device").containsOnly(1280);
    DesiredTunnel desired = DesiredTunnel.of(tunnel, IPV4_OVER_IPV6, new LinkLocalAddresses());
    assertThat(desired.carried().mtu()).isEqualTo(1240);
    assertThat(desired.needs().mtu()).isEqualTo(1280);
    assertThat(PathBase.agreed(ipv4(1400), IPV4_OVER_IPV6)).isEqualTo(1400);
    assertThat(PathBase.of(WIRE)).isEqualTo(1280);
  }

  @Test
  void ipv4OverIpv6FindsWhatThePathCarries() {
    carrier.carries = 1272;
    living.put(
        "t1", new Living(ipv4(1280), opening, silent, IPV4_OVER_IPV6, carrier, deviceMtus::add));

    passes(Duration.ofSeconds(60));

    assertThat(watch.mtu("t1")).contains(1272);
  }

  private static TunnelParameters ipv4(int mtu) {
    return new TunnelParameters(
        "t1",
        Side.SERVER,
        TunnelType.V4V6,
        new OuterEndpoints(Ends.outer("2001:db8:a::1", 0), Ends.outer("2001:db8:b::1", 0)),
        IpAddresses.parse("203.0.113.1"),
        IpAddresses.parse("203.0.113.7"),
        List.of(),
        List.of(),
        mtu,
        Optional.empty());
  }

  @Test
  void manyTunnelsAreSearchedAFewAtATimeAndNoneIsForgotten() {
    live(3_000);

    passes(Duration.ofMillis(500));

    assertThat(carrier.probes).isEqualTo(500);
    passes(Duration.ofSeconds(10));
    assertThat(carrier.mtu).hasSize(3_000);
    assertThat(carrier.mtu.values()).allMatch(mtu -> mtu == LARGEST);
  }

  private void live(int count) {
    for (int i = 1; i <= count; i++) {
      living.put(
          "t" + i,
          new Living(tunnel(i, "203.0.113.7"), opening, silent, WIRE, carrier, deviceMtus::add));
    }
    watch.look(living);
  }

  private void passes(Duration time) {
    for (int i = 0; i < time.toMillis() / PathWatch.TICK_MILLIS; i++) {
      now += Duration.ofMillis(PathWatch.TICK_MILLIS).toNanos();
      watch.look(living);
      watch.tick();
      carrier.answers.forEach(answer -> watch.answered(answer.from, answer.nonce));
      carrier.answered.addAll(carrier.answers);
      carrier.answers.clear();
    }
  }

  private static InetAddress inner(int i) {
    return IpAddresses.parse("2001:db8::1:" + Integer.toHexString(i));
  }

  private static TunnelParameters tunnel(int i, String outer) {
    return new TunnelParameters(
        "t" + i,
        Side.SERVER,
        TunnelType.V6UDPV4,
        new OuterEndpoints(Ends.SERVER, Ends.outer(outer, 4000 + i)),
        IpAddresses.parse("2001:db8::1"),
        inner(i),
        List.of(),
        List.of(),
        1280,
        Optional.empty());
  }

  private record Answer(InetAddress from, long nonce) {}

  /** Carries probes up to a size, and whoever gets one answers. */
  private static final class Carrier implements Forwarding {
    final Map<String, Integer> mtu = new HashMap<>();
    final List<Answer> answers = new ArrayList<>();
    final List<Answer> answered = new ArrayList<>();

    /** What would answer the probes that were lost. */
    final List<Answer> lost = new ArrayList<>();

    int carries = 1500;
    boolean canProbe = true;
    long sentOctets;
    long receivedOctets;
    long receivedPackets;
    long tooBig;
    int probes;

    @Override
    public boolean probe(String id, ByteBuffer packet) {
      probes++;
      // They count like any other packet, lost ones, too.
      sentOctets += canProbe ? packet.remaining() : 0;
      boolean ipv4 = packet.get(0) >> 4 == 4;
      byte[] to = new byte[ipv4 ? 4 : 16];
      int message = ipv4 ? 20 : 40;
      packet.get(message - to.length, to);
      assertThat(packet.getShort(message + 4) & 0xFFFF).isEqualTo(IDENTIFIER);
      Answer answer = new Answer(IpAddresses.of(to), packet.getLong(message + 8));
      if (canProbe && packet.remaining() <= carries) {
        receivedOctets += packet.remaining();
        answers.add(answer);
      } else {
        lost.add(answer);
      }
      return canProbe;
    }

    @Override
    public void mtu(String id, int octets) {
      mtu.put(id, octets);
    }

    @Override
    public TunnelCounters counters(String id) {
      return new TunnelCounters(
          receivedPackets, receivedOctets, 0, sentOctets, Map.of(DropReason.TOO_BIG, tooBig));
    }

    @Override
    public Map<String, String> apply(Collection<CarriedTunnel> tunnels) {
      return Map.of();
    }

    @Override
    public String device(String id) {
      return "culvert0";
    }

    @Override
    public Map<DropReason, Long> drops() {
      return Map.of();
    }

    @Override
    public void inject(String id, ByteBuffer packet) {}

    @Override
    public void close() {}
  }
}

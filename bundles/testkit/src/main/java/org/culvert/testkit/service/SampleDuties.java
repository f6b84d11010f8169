package org.culvert.testkit.service;

import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.time.ManualClock;

/** Duties to put into a store, from documentation prefixes. */
public final class SampleDuties {
  private SampleDuties() {}

  /** Returns a duty in which nothing is empty; different numbers are different tunnels. */
  public static Duty queued(int number) {
    return new Duty(
        Duty.Kind.DNS,
        "bind@192.0.2.53",
        tunnel(number),
        Duty.Goal.PROVIDED,
        Duty.State.QUEUED,
        ManualClock.START,
        3,
        ManualClock.START.plusMillis(1_234),
        Optional.of("it does not answer: \"timed out\" é"));
  }

  /** Returns what has become of a duty. */
  public static Duty done(Duty duty) {
    return new Duty(
        duty.kind(),
        duty.service(),
        duty.tunnel(),
        duty.goal(),
        Duty.State.DONE,
        duty.since().plusSeconds(1),
        0,
        duty.next(),
        Optional.empty());
  }

  /** Returns a duty in which all is empty that may be. */
  public static Duty bare(int number) {
    ServedTunnel full = tunnel(number);
    ServedTunnel bare =
        new ServedTunnel(
            full.id(),
            full.side(),
            "anonymous-\n",
            true,
            TunnelType.V4V6,
            IpAddresses.parse("192.0.2.1"),
            IpAddresses.parse("192.0.2.2"),
            Optional.empty(),
            Optional.empty(),
            new Arrangements(
                Optional.empty(),
                List.of(),
                Optional.of(RoutingAgreement.of(RoutingProtocol.OSPF))));
    return new Duty(
        Duty.Kind.ROUTING,
        "frr",
        bare,
        Duty.Goal.WITHDRAWN,
        Duty.State.FAILED,
        ManualClock.START,
        0,
        ManualClock.START,
        Optional.empty());
  }

  private static ServedTunnel tunnel(int number) {
    return new ServedTunnel(
        "lease-" + number,
        TunnelParameters.Side.SERVER,
        "user-" + number,
        false,
        TunnelType.V6UDPV4,
        IpAddresses.parse("2001:db8::1"),
        IpAddresses.parse("2001:db8::1:" + Integer.toHexString(number)),
        Optional.of(IpPrefix.parse("2001:db8:1:" + Integer.toHexString(number) + "::/64")),
        Optional.of("culvert0"),
        new Arrangements(
            Optional.of("user-" + number + ".example.org"),
            List.of(
                new DnsServer.Name("ns1.example.net"),
                new DnsServer.Address(IpAddresses.parse("2001:db8:5::53"))),
            Optional.of(RoutingAgreement.bgp(64_512, 64_500))));
  }
}

package org.culvert.provisioning;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.TunnelService;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.service.MemoryDutyStore;
import org.culvert.testkit.service.ScriptedTunnelServer;
import org.culvert.testkit.time.ManualClock;
import org.culvert.testkit.time.ManualExecutor;

/** Provisioning on one thread under a clock that a test moves, with leases to tell it of. */
final class Rig {
  static final Settings SETTINGS =
      new Settings(
          Duration.ofSeconds(1),
          Duration.ofSeconds(300),
          Duration.ofSeconds(35),
          Duration.ofSeconds(20),
          Duration.ofSeconds(10),
          Duration.ofHours(1));

  final ManualClock clock = new ManualClock();
  final MemoryDutyStore store;
  final ScriptedTunnelServer server = new ScriptedTunnelServer();
  final Map<String, Lease> leases = new LinkedHashMap<>();
  final Map<TunnelService, Integer> bound = new LinkedHashMap<>();
  ManualExecutor thread = new ManualExecutor(clock);
  Provisioning provisioning;

  Rig() {
    this(new MemoryDutyStore());
  }

  Rig(MemoryDutyStore store) {
    this.store = store;
    provisioning = start(store);
  }

  private Provisioning start(DutyStore with) {
    thread = new ManualExecutor(clock);
    Provisioning started =
        new Provisioning(
            SETTINGS,
            with,
            thread,
            new SteadyClock(clock, clock::nanoTime),
            name -> new ManualExecutor(clock),
            new SplittableRandom(7));
    started.server = server;
    return started;
  }

  /** Starts anew from what is stored, as after a power cut, with the same services there. */
  void restart(DutyStore with) {
    provisioning = start(with);
    bound.forEach((service, ranking) -> tellBound(service, ranking));
    provisioning.all(List.copyOf(leases.values()));
  }

  /** The same, but a service does not come any more. */
  void restartWithout(TunnelService service) {
    bound.remove(service);
    restart(store);
  }

  void begin() {
    provisioning.all(List.copyOf(leases.values()));
  }

  void bind(TunnelService service, int ranking) {
    bound.put(service, ranking);
    tellBound(service, ranking);
  }

  private void tellBound(TunnelService service, int ranking) {
    Map<String, Object> properties = Map.of("service.ranking", ranking, "service.id", 1L);
    if (service instanceof DnsRegistrar registrar) {
      provisioning.addRegistrar(registrar, properties);
    } else if (service instanceof RoutingService routing) {
      provisioning.addRouting(routing, properties);
    }
  }

  void unbind(TunnelService service) {
    bound.remove(service);
    Duty.Kind kind = service instanceof DnsRegistrar ? Duty.Kind.DNS : Duty.Kind.ROUTING;
    CompletableFuture<Void> gone = provisioning.leave(kind, service);
    if (!gone.isDone()) {
      thread.advance(SETTINGS.leave().plusSeconds(1));
    }
    if (!gone.isDone()) {
      throw new AssertionError(service.name() + " cannot leave");
    }
  }

  void advance(long seconds) {
    thread.advance(Duration.ofSeconds(seconds));
  }

  /** Puts a lease that is active, and tells of it. */
  Lease active(int number, Arrangements arrangements) {
    Lease lease = SampleLeases.with(SampleLeases.active(number), arrangements);
    tell(lease);
    return lease;
  }

  void end(int number) {
    tell(SampleLeases.next(leases.get("lease-" + number), Lease.State.EXPIRED));
  }

  void tell(Lease lease) {
    leases.put(lease.id(), lease);
    provisioning.changed(lease);
  }

  void remove(int number) {
    Lease lease = leases.remove("lease-" + number);
    if (lease != null) {
      provisioning.removed(lease);
    }
  }

  Collection<Duty> duties() {
    return provisioning.duties();
  }

  Duty duty(String service, int number) {
    return duties().stream()
        .filter(duty -> duty.service().equals(service))
        .filter(duty -> duty.tunnel().id().equals("lease-" + number))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no duty of " + service + " in " + duties()));
  }

  /** Returns each duty as a line: service, tunnel, goal and state. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Duty duty : duties()) {
      lines.add(duty.service() + " " + duty.tunnel().id() + " " + duty.goal() + " " + duty.state());
    }
    return lines.stream().sorted().toList();
  }

  static Arrangements named(String name) {
    return new Arrangements(Optional.of(name), List.of(), Optional.empty());
  }

  static Arrangements bgp(long as) {
    return new Arrangements(
        Optional.of("as" + as + ".example.org"),
        List.of(new DnsServer.Address(IpAddresses.parse("192.0.2.53"))),
        Optional.of(RoutingAgreement.bgp(as, 64_500)));
  }
}

package org.culvert.commands;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.TunnelClient;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;

/** Shows how the tunnel client stands. */
@Service
@Parsing(LineCheck.class)
@Command(scope = "culvert", name = "client", description = "Show how the tunnel client stands")
public final class ClientCommand extends ShellCommand {
  static final String MISSING = "The tunnel client";
  static final String FEATURE = "culvert-client (it needs etc/org.culvert.client.cfg)";

  @Override
  void run(PrintStream out) throws CommandException {
    ClientStatus status = service(TunnelClient.class, MISSING, FEATURE).status();
    Optional<TunnelStatus> tunnel =
        find(TunnelEndpoint.class, "(" + TunnelEndpoint.ROLE + "=" + TunnelEndpoint.CLIENT + ")")
            .flatMap(endpoint -> endpoint.tunnels().stream().findFirst());
    Map<String, Object> row = row(status, tunnel, Instant.now());
    List<String> missing = missing(TunnelEndpoint.CLIENT);
    if (!missing.isEmpty()) {
      row.put("host", missing);
    }
    Listing.printOne(out, json, width, row);
  }

  static Map<String, Object> row(ClientStatus status, Optional<TunnelStatus> tunnel, Instant now) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("phase", phase(status, tunnel));
    row.put("for", Duration.between(status.since(), now));
    status.asksAt().ifPresent(at -> row.put("asks again", next(at, now)));
    row.put("broker", status.broker().orElse(""));
    // Scripts find these keys in every phase.
    row.put("type", status.offer().map(offer -> offer.type().name()).orElse(""));
    row.put("address", status.offer().map(ClientCommand::address).orElse(""));
    row.put(
        "prefix",
        status
            .offer()
            .flatMap(TunnelOffer::router)
            .map(router -> router.prefix().toString())
            .orElse(""));
    surroundings(row, status);
    status
        .path()
        .ifPresent(
            path ->
                row.put("path", Tunnels.text(path.local()) + " to " + Tunnels.text(path.remote())));
    Tunnels.carrier(row, tunnel.map(TunnelStatus::state));
    tunnel.ifPresent(
        found -> {
          row.put("state", Tunnels.state(found));
          row.put("idle", found.silence());
          Tunnels.counters(row, found);
        });
    status.keepAlive().ifPresent(word -> row.put("keepalive", word));
    row.put("connects", status.connects());
    status.lastError().ifPresent(error -> error(row, error, status.lastErrorAt(), now));
    return row;
  }

  private static Shown next(Instant at, Instant now) {
    Duration wait = Duration.between(now, at.isBefore(now) ? now : at);
    return new Shown("in " + Text.of(wait) + "; culvert:client-reconnect asks now", wait);
  }

  /** What is over is not taken for what is. */
  private static void error(
      Map<String, Object> row, String error, Optional<Instant> at, Instant now) {
    Optional<Duration> age = at.map(then -> Duration.between(then, now));
    String before = age.map(time -> Text.of(time) + " ago: ").orElse("");
    row.put("last error", new Shown(before + error, error));
    row.put("last error age", new Shown("", age));
  }

  /**
   * A tunnel that was agreed on is shown as working only once it was seen to work, and not while it
   * does not stand here.
   */
  private static String phase(ClientStatus status, Optional<TunnelStatus> tunnel) {
    String phase = status.phase().name().toLowerCase(Locale.ROOT);
    if (status.phase() != ClientStatus.Phase.CONNECTED || tunnel.isEmpty()) {
      return phase;
    }
    return tunnel.get().state() instanceof TunnelState.Up
        ? phase + Tunnels.doubt(tunnel.get())
        : "tunnel " + Tunnels.state(tunnel.get());
  }

  /** What came with the tunnel, and how those stand that do something with it. */
  private static void surroundings(Map<String, Object> row, ClientStatus status) {
    Optional<RouterGrant> router = status.offer().flatMap(TunnelOffer::router);
    row.put("name", status.offer().flatMap(offer -> offer.client().name()).orElse(""));
    row.put(
        "name servers",
        String.join(
            ", ",
            router.map(RouterGrant::dnsServers).orElse(List.of()).stream()
                .map(ClientCommand::text)
                .toList()));
    row.put("routing", router.map(grant -> text(grant.routing())).orElse(""));
    for (ClientStatus.Service service : status.services()) {
      String goal = service.goal() == Duty.Goal.PROVIDED ? "" : "to be withdrawn, ";
      row.put(
          "service " + service.name(),
          goal
              + service.state().name().toLowerCase(Locale.ROOT)
              + service.problem().or(service::detail).map(text -> ": " + text).orElse(""));
    }
  }

  static String text(DnsServer server) {
    return server instanceof DnsServer.Address address
        ? IpAddresses.text(address.address())
        : ((DnsServer.Name) server).name();
  }

  static String text(RoutingAgreement routing) {
    StringBuilder text = new StringBuilder(routing.protocol().name());
    routing.clientAs().ifPresent(as -> text.append(", AS ").append(as));
    routing.serverAs().ifPresent(as -> text.append(" with AS ").append(as));
    return text.toString();
  }

  private static String address(TunnelOffer offer) {
    return IpAddresses.text(offer.client().inner());
  }
}

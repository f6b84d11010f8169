package org.culvert.broker;

import static org.culvert.broker.Rig.tcp;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.api.tunnel.TunnelType;

/**
 * What a user asks for beside a tunnel of type v6v4, put together word by word.
 *
 * @param address where it is asked from
 */
record Asking(
    Rig rig,
    Identity identity,
    String address,
    Optional<String> name,
    Optional<RouterRequest> router) {

  static Asking by(Rig rig, Identity identity, String address) {
    return new Asking(rig, identity, address, Optional.empty(), Optional.empty());
  }

  Asking named(String wish) {
    return new Asking(rig, identity, address, Optional.of(wish), router);
  }

  /** With a router whose prefix is a /56. */
  Asking withRouter() {
    return router(Optional.empty(), OptionalLong.empty(), List.of());
  }

  Asking speaking(String protocol) {
    return router(Optional.of(protocol), OptionalLong.empty(), List.of());
  }

  Asking bgp(long as) {
    return router(Optional.of("bgp"), OptionalLong.of(as), List.of());
  }

  Asking delegating(String... servers) {
    return router(
        Optional.empty(),
        OptionalLong.empty(),
        List.of(servers).stream().<DnsServer>map(DnsServer.Name::new).toList());
  }

  private Asking router(Optional<String> protocol, OptionalLong as, List<DnsServer> servers) {
    return new Asking(
        rig,
        identity,
        address,
        name,
        Optional.of(new RouterRequest(OptionalInt.of(56), protocol, as, servers)));
  }

  CompletionStage<TunnelOffer> answer() {
    TunnelRequest request =
        new TunnelRequest(
            TunnelType.V6V4,
            List.of(IpAddresses.parse(address)),
            false,
            Optional.empty(),
            router,
            name);
    return rig.broker.offer(identity, request, tcp(address));
  }

  TunnelOffer offer() {
    return Rig.get(answer());
  }

  TunnelOffer accepted() {
    return rig.accepted(identity, offer());
  }
}

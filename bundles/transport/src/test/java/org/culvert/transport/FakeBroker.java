package org.culvert.transport;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.encapsulation.SampleProfiles;

/** Offers everybody the same tunnel, at once or when a test lets it, and notes what it is asked. */
final class FakeBroker implements TunnelBroker {
  final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  final List<SignalingPath> paths = Collections.synchronizedList(new ArrayList<>());
  volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

  /** What it tells of tunnels; nothing as long as a test says nothing. */
  volatile CompletableFuture<TunnelOffer> info = new CompletableFuture<>();

  @Override
  public Set<TunnelProfile> profiles(SignalingPath path) {
    return SampleProfiles.of(
        path.isIpv4() ? Set.of(TunnelType.V6V4, TunnelType.V6UDPV4) : Set.of(TunnelType.V4V6));
  }

  @Override
  public CompletionStage<TunnelOffer> offer(
      Identity identity, TunnelRequest request, SignalingPath path) {
    calls.add("offer");
    paths.add(path);
    TunnelOffer offer = tunnel(request.type());
    return gate.thenApplyAsync(open -> offer);
  }

  /** Returns what a client asks this broker for. */
  static SignalingRequest wanted(TunnelType type, SignalingPath path) {
    return new SignalingRequest(
        new TunnelRequest(
            type, List.of(path.local().getAddress()), false, Optional.empty(), Optional.empty()),
        Set.of(SampleProfiles.of(type)));
  }

  static TunnelOffer tunnel(TunnelType type) {
    InetAddress server = IpAddresses.parse("2001:db8::1");
    InetAddress client = IpAddresses.parse("2001:db8::2");
    InetAddress ipv4 = IpAddresses.parse("127.0.0.1");
    boolean inside4 = SampleProfiles.of(type).inner() == IpVersion.IPV4;
    return new TunnelOffer(
        "id",
        type,
        Optional.of(Duration.ofMinutes(60)),
        end(inside4 ? server : ipv4, inside4 ? ipv4 : server),
        end(inside4 ? client : ipv4, inside4 ? ipv4 : client),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  private static TunnelOffer.Party end(InetAddress outer, InetAddress inner) {
    return new TunnelOffer.Party(outer, inner, Optional.empty());
  }

  @Override
  public CompletionStage<Void> accept(Identity identity, String id) {
    calls.add("accept");
    return gate;
  }

  @Override
  public CompletionStage<Void> reject(Identity identity, String id) {
    calls.add("reject");
    return gate;
  }

  @Override
  public CompletionStage<TunnelOffer> info(Identity identity, SignalingPath path) {
    calls.add("info");
    return info;
  }

  @Override
  public CompletionStage<Void> delete(Identity identity, SignalingPath path) {
    calls.add("delete");
    return gate;
  }
}

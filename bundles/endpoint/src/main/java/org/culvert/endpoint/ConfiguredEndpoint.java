package org.culvert.endpoint;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelType;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** What the client's and the server's component have in common: an {@link Endpoint}. */
abstract class ConfiguredEndpoint implements TunnelEndpoint {
  private static final String RANKING = "service.ranking";

  private final Endpoint endpoint;

  ConfiguredEndpoint(EndpointSettings settings, NetworkDevices devices) {
    endpoint =
        new Endpoint(
            settings,
            devices,
            EndpointThread.named(settings.role()),
            System::nanoTime,
            RandomGenerator.getDefault());
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "unbindEncapsulation")
  final void bindEncapsulation(Encapsulation encapsulation) {
    endpoint.bind(encapsulation);
  }

  final void unbindEncapsulation(Encapsulation encapsulation) {
    endpoint.unbind(encapsulation);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "unbindDatapath")
  final void bindDatapath(Datapath datapath, Map<String, Object> properties) {
    endpoint.bind(datapath, properties.get(RANKING) instanceof Integer ranking ? ranking : 0);
  }

  final void unbindDatapath(Datapath datapath) {
    endpoint.unbind(datapath);
  }

  @Deactivate
  final void stop() {
    endpoint.close();
  }

  @Override
  public final Set<TunnelType> tunnelTypes(SignalingPath path) {
    return endpoint.tunnelTypes(path);
  }

  @Override
  public final CompletionStage<Void> apply(Collection<TunnelParameters> desired) {
    return endpoint.apply(desired);
  }

  @Override
  public final List<TunnelStatus> tunnels() {
    return endpoint.tunnels();
  }

  @Override
  public final Optional<TunnelStatus> tunnel(String id) {
    return endpoint.tunnel(id);
  }

  @Override
  public final CompletionStage<List<String>> verify() {
    return endpoint.verify();
  }

  @Override
  public final Map<DropReason, Long> drops() {
    return endpoint.drops();
  }

  @Override
  public final AutoCloseable watchSilence(Consumer<String> listener) {
    return endpoint.watchSilence(listener);
  }
}

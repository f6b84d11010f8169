package org.culvert.testkit.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelStatus.OtherEnd;
import org.culvert.api.tunnel.TunnelStatus.Quiet;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.encapsulation.SampleProfiles;

/** An endpoint that carries nothing and keeps all that it was told. */
public final class RecordingEndpoint implements TunnelEndpoint {
  private final List<String> journal;
  private final List<List<TunnelParameters>> applied = new ArrayList<>();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private Set<TunnelType> types = Set.of(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);
  private Function<TunnelParameters, TunnelState> states =
      parameters -> new TunnelState.Up("recorded", "culvert1");
  private Optional<Duration> silence = Optional.empty();
  private boolean silent;
  private Optional<Quiet> quiet = Optional.empty();

  /**
   * @param journal gets a line for each {@code apply}; a tunnel that may send nothing is {@code
   *     quiet} there
   */
  public RecordingEndpoint(List<String> journal) {
    this.journal = journal;
  }

  /** Sets the types that can be carried. */
  public void carry(TunnelType... types) {
    this.types = Set.of(types);
  }

  /** Sets how tunnels stand. */
  public void stand(Function<TunnelParameters, TunnelState> states) {
    this.states = states;
  }

  /** Lets a packet come out of the tunnel. */
  public void hear() {
    silence = Optional.of(Duration.ZERO);
    silent = false;
  }

  /** Lets a tunnel fall silent and tells the listeners so. */
  public void fallSilent(String id) {
    silent = true;
    tellSilence(id);
  }

  /**
   * Lets a tunnel fall silent that had been quiet, and tells the listeners so.
   *
   * @param survived for how long it had been quiet and was heard again
   * @param last for how long it was quiet when it was asked in vain
   */
  public void fallSilent(String id, Duration survived, Duration last) {
    quiet = Optional.of(new Quiet(survived, last));
    fallSilent(id);
  }

  /** Tells the listeners that a tunnel is silent, which may be so or not. */
  public void tellSilence(String id) {
    listeners.forEach(listener -> listener.accept(id));
  }

  /** Returns all sets that were applied, in order. */
  public List<List<TunnelParameters>> applied() {
    return applied;
  }

  /** Returns the tunnels that are desired now. */
  public List<TunnelParameters> desired() {
    return applied.isEmpty() ? List.of() : applied.get(applied.size() - 1);
  }

  /** Returns how many watches are not ended. */
  public int watches() {
    return listeners.size();
  }

  @Override
  public Set<TunnelProfile> profiles() {
    return SampleProfiles.of(types);
  }

  @Override
  public CompletionStage<Void> apply(Collection<TunnelParameters> desired) {
    List<TunnelParameters> now = List.copyOf(desired);
    if (!now.equals(desired())) {
      silence = Optional.empty();
      silent = false;
      quiet = Optional.empty();
    }
    applied.add(now);
    journal.add("apply " + now.stream().map(RecordingEndpoint::line).toList());
    return CompletableFuture.allOf();
  }

  private static String line(TunnelParameters tunnel) {
    boolean sends =
        tunnel.localPrefixes().isEmpty()
            || tunnel.localPrefixes().stream().anyMatch(p -> p.contains(tunnel.localAddress()));
    return tunnel.type() + (sends ? "" : " quiet");
  }

  @Override
  public List<TunnelStatus> tunnels() {
    return desired().stream().map(this::status).toList();
  }

  private TunnelStatus status(TunnelParameters tunnel) {
    return new TunnelStatus(
        tunnel,
        states.apply(tunnel),
        TunnelCounters.ZERO,
        silence,
        otherEnd(),
        tunnel.mtu(),
        quiet);
  }

  private OtherEnd otherEnd() {
    return silent ? OtherEnd.SILENT : silence.isPresent() ? OtherEnd.HEARD : OtherEnd.AWAITED;
  }

  @Override
  public Optional<TunnelStatus> tunnel(String id) {
    return tunnels().stream().filter(t -> t.parameters().id().equals(id)).findFirst();
  }

  @Override
  public CompletionStage<List<String>> verify() {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public Map<DropReason, Long> drops() {
    return Map.of();
  }

  @Override
  public AutoCloseable watchSilence(Consumer<String> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}

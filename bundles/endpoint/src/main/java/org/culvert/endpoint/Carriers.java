package org.culvert.endpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;

/**
 * The encapsulations and datapaths that are installed at this moment. Safe for use by many threads.
 *
 * <p>One datapath serves the endpoint, the one with the highest ranking: an endpoint has one inner
 * device, and a device is held by one datapath.
 */
final class Carriers {
  private record Ranked(Datapath datapath, int ranking) {}

  private final List<Encapsulation> encapsulations = new CopyOnWriteArrayList<>();

  /** Highest ranking first, then in the order of binding; swapped whole. */
  private volatile List<Ranked> datapaths = List.of();

  void add(Encapsulation encapsulation) {
    encapsulations.add(encapsulation);
  }

  void remove(Encapsulation encapsulation) {
    encapsulations.removeIf(bound -> bound == encapsulation);
  }

  synchronized void add(Datapath datapath, int ranking) {
    List<Ranked> sorted = new ArrayList<>(datapaths);
    sorted.add(new Ranked(datapath, ranking));
    sorted.sort(Comparator.comparingInt(Ranked::ranking).reversed());
    datapaths = List.copyOf(sorted);
  }

  synchronized void remove(Datapath datapath) {
    List<Ranked> remaining = new ArrayList<>(datapaths);
    remaining.removeIf(bound -> bound.datapath == datapath);
    datapaths = List.copyOf(remaining);
  }

  Optional<Encapsulation> encapsulation(TunnelType type) {
    return encapsulations.stream().filter(bound -> bound.type().equals(type)).findFirst();
  }

  Optional<Datapath> datapath() {
    return datapaths.stream().findFirst().map(Ranked::datapath);
  }

  /** Returns the types that are offered on a path and can be carried. */
  Set<TunnelType> types(SignalingPath path) {
    Optional<Datapath> datapath = datapath();
    return encapsulations.stream()
        .filter(bound -> bound.isOfferedOn(path))
        .filter(bound -> datapath.filter(d -> d.carries(bound.wireFormat())).isPresent())
        .map(Encapsulation::type)
        .collect(Collectors.toUnmodifiableSet());
  }
}

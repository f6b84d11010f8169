package org.culvert.api.encapsulation;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * All that others must know of a tunnel type (RFC 5572 section 4.4.2). Whoever needs a fact about a
 * type asks its profile; nobody draws it from the type's name.
 *
 * <p>Make one with {@link #of}, and change what differs by the methods that return another profile:
 *
 * <pre>{@code
 * TunnelProfile.of(type, wireFormat).withClaim().withKeepAlive().answering(TunnelType.V6ANYV4, 2)
 * }</pre>
 *
 * @param type the type's name in TSP
 * @param wireFormat what its packets look like
 * @param transports what may carry a session that asks for it; the session's IP version is that of
 *     the tunnel's outer addresses
 * @param keptAlive whether the server gives a keepalive also to a client that asks for none
 * @param claimed whether the client's address in a request is compared with the one that it came
 *     from: if they differ, a NAT is in the path
 * @param remote whether a tunnel can be set up for another node than the one that asks
 * @param preferences the words with which clients ask for it beside its own name, each with a
 *     number; of several types that answer a word the one with the lowest number is chosen
 */
@ProviderType
public record TunnelProfile(
    TunnelType type,
    WireFormat wireFormat,
    Set<Transport> transports,
    boolean keptAlive,
    boolean claimed,
    boolean remote,
    Map<TunnelType, Integer> preferences) {

  /** What stands first of all: the type that a client asks for by its own name. */
  private static final int BY_NAME = 0;

  /**
   * Refuses what contradicts itself.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  public TunnelProfile {
    transports = Set.copyOf(transports);
    preferences = Map.copyOf(preferences);
    if (transports.isEmpty()) {
      throw new IllegalArgumentException(type + " can be asked for over no transport");
    }
    boolean udp = wireFormat.inUdp();
    if (udp && (remote || !transports.equals(Set.of(Transport.UDP)))) {
      throw new IllegalArgumentException(
          type + " uses the ports of a UDP session, so that it needs one, with the node itself");
    }
    preferences.forEach(
        (word, number) -> {
          if (number <= BY_NAME || word.equals(type)) {
            throw new IllegalArgumentException(
                type + " answers " + word + " with " + number + ": write 1 or more, another word");
          }
        });
  }

  /**
   * Returns the profile of a type that can be asked for over every transport (over UDP only if it
   * uses the ports of the session), by its own name only, by the node that is its other end.
   */
  public static TunnelProfile of(TunnelType type, WireFormat wireFormat) {
    boolean udp = wireFormat.inUdp();
    Set<Transport> transports = udp ? EnumSet.of(Transport.UDP) : EnumSet.allOf(Transport.class);
    return new TunnelProfile(type, wireFormat, transports, false, false, false, Map.of());
  }

  /** Returns the same for sessions over these transports only. */
  public TunnelProfile over(Transport... only) {
    Set<Transport> set = EnumSet.noneOf(Transport.class);
    Collections.addAll(set, only);
    return new TunnelProfile(type, wireFormat, set, keptAlive, claimed, remote, preferences);
  }

  /** Returns the same, with a keepalive for every client. */
  public TunnelProfile withKeepAlive() {
    return new TunnelProfile(type, wireFormat, transports, true, claimed, remote, preferences);
  }

  /** Returns the same, with the client's address in the request compared, to find a NAT. */
  public TunnelProfile withClaim() {
    return new TunnelProfile(type, wireFormat, transports, keptAlive, true, remote, preferences);
  }

  /** Returns the same, to be had for other nodes, too. */
  public TunnelProfile withRemote() {
    return new TunnelProfile(type, wireFormat, transports, keptAlive, claimed, true, preferences);
  }

  /**
   * Returns the same, which answers one more word.
   *
   * @param word what clients ask with
   * @param preference 1 or more; the lowest of several types is chosen
   */
  public TunnelProfile answering(TunnelType word, int preference) {
    Map<TunnelType, Integer> more = new HashMap<>(preferences);
    more.put(word, preference);
    return new TunnelProfile(type, wireFormat, transports, keptAlive, claimed, remote, more);
  }

  /**
   * Returns those that answer a word, the one that is chosen first of all in front; of several that
   * prefer it alike the first by name.
   *
   * @param word what a client asks with: a type's own name, or a choice between types
   */
  public static List<TunnelProfile> answering(Collection<TunnelProfile> profiles, TunnelType word) {
    return profiles.stream()
        .filter(profile -> profile.preference(word).isPresent())
        .sorted(
            Comparator.comparingInt((TunnelProfile profile) -> profile.preference(word).getAsInt())
                .thenComparing(TunnelProfile::type))
        .toList();
  }

  /** Returns the IP version inside. */
  public IpVersion inner() {
    return wireFormat.inner();
  }

  /** Returns the IP version outside. */
  public IpVersion outer() {
    return wireFormat.outer();
  }

  /** Tells whether a client may ask for the type on such a path (RFC 5572 section 4.4.1). */
  public boolean isOfferedOn(SignalingPath path) {
    return transports.contains(path.transport()) && outer() == IpVersion.of(path.isIpv4());
  }

  /** Tells whether its packets have the ports of the session that asked for it. */
  public boolean usesSessionPorts() {
    return wireFormat.inUdp();
  }

  /** Tells whether its packets pass a NAT: those with ports do. */
  public boolean crossesNat() {
    return wireFormat.inUdp();
  }

  /**
   * Returns how much it is preferred by a client that asks with a word: the lowest of several is
   * chosen, 0 is its own name; empty if it does not answer the word.
   */
  public OptionalInt preference(TunnelType word) {
    if (word.equals(type)) {
      return OptionalInt.of(BY_NAME);
    }
    Integer number = preferences.get(word);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }
}

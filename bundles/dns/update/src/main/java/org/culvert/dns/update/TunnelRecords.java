package org.culvert.dns.update;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServedTunnel;
import org.culvert.dns.update.NameServers.NameServer;
import org.culvert.dns.update.Place.Key;
import org.culvert.dns.update.Place.Rule;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Knows which records a tunnel has, and where: at its name, its address and its prefix. */
final class TunnelRecords {
  /** What is put in front of a tunnel's name: a label of a name server or host. */
  private static final int ROOM = 1 + "v4host-ffff".length();

  private final Zones zones;
  private final ReverseRule reverse;
  private final Hosts hosts;
  private final DelegationSigners signers;
  private final KeyedHash hash;
  private final int mostNameServers;
  private final long ttl;

  /** What a prefix gets whose client named no name server. */
  enum ReverseRule {
    /** Nothing. */
    NONE,
    /** One answer for every address: the tunnel's name. */
    WILDCARD,
    /** A name for each of some hosts, there and back. */
    HOSTS
  }

  /**
   * @param mostNameServers how many name servers a client may name
   * @param ttl how many seconds records may be remembered
   */
  TunnelRecords(
      Zones zones,
      ReverseRule reverse,
      Hosts hosts,
      DelegationSigners signers,
      KeyedHash hash,
      int mostNameServers,
      long ttl) {
    this.zones = zones;
    this.reverse = reverse;
    this.hosts = hosts;
    this.signers = signers;
    this.hash = hash;
    this.mostNameServers = mostNameServers;
    this.ttl = ttl;
  }

  /** Returns the tunnel's name, if it is in a zone of this service. */
  Optional<Name> name(ServedTunnel tunnel) {
    return tunnel
        .arrangements()
        .name()
        .flatMap(HostNames::find)
        .filter(name -> name.length() + ROOM <= HostNames.LONGEST_NAME)
        .filter(name -> zones.ofName(name).filter(zone -> !zone.equals(name)).isPresent());
  }

  /** Returns the zones that the prefix has, if this service can enter them. */
  List<Name> cuts(ServedTunnel tunnel) {
    return tunnel
        .prefix()
        .filter(ReverseNames::hasCuts)
        .map(ReverseNames::cuts)
        .filter(cuts -> zones.above(cuts.get(0)).isPresent())
        .orElse(List.of());
  }

  /** Returns the name servers that the reverse zones shall be delegated to. */
  List<NameServer> nameServers(ServedTunnel tunnel) {
    List<Name> cuts = cuts(tunnel);
    return cuts.isEmpty() || tunnel.arrangements().dnsServers().isEmpty()
        ? List.of()
        : NameServers.of(
            tunnel.arrangements().dnsServers(), name(tunnel), tunnel.clientAddress(), cuts);
  }

  /**
   * Returns all that the tunnel has.
   *
   * @param servers the name servers to delegate to now
   */
  List<Place> places(ServedTunnel tunnel, List<NameServer> servers) {
    List<Place> places = new ArrayList<>(3);
    name(tunnel).ifPresent(name -> places.add(atName(tunnel, name, servers)));
    name(tunnel).flatMap(name -> atAddress(tunnel, name)).ifPresent(places::add);
    if (!cuts(tunnel).isEmpty()) {
      places.add(atPrefix(tunnel, tunnel.prefix().orElseThrow(), servers));
    }
    return places;
  }

  private Place atName(ServedTunnel tunnel, Name name, List<NameServer> servers) {
    List<Record> records = new ArrayList<>();
    records.add(address(name, tunnel.clientAddress()));
    addresses(servers, server -> HostNames.within(server, name), records);
    Set<Key> managed = new LinkedHashSet<>();
    for (int i = 1; i <= mostNameServers; i++) {
      Name made = HostNames.below(NameServers.label(i, tunnel.clientAddress()), name);
      managed.add(new Key(made, Type.A));
      managed.add(new Key(made, Type.AAAA));
    }
    // Also what is lame at the moment is this tunnel's.
    for (NameServer server : nameServers(tunnel)) {
      if (server.entered() && HostNames.within(server.name(), name)) {
        managed.add(new Key(server.name(), Type.A));
        managed.add(new Key(server.name(), Type.AAAA));
      }
    }
    List<Name> cuts = cuts(tunnel);
    if (!cuts.isEmpty()) {
      IpPrefix prefix = tunnel.prefix().orElseThrow();
      for (int number : hosts.in(prefix)) {
        Record host =
            address(
                HostNames.below(Hosts.label(number, prefix), name), Hosts.address(number, prefix));
        managed.add(Key.of(host));
        if (enteredByHost(tunnel)) {
          records.add(host);
        }
      }
    }
    Name zone = zones.ofName(name).orElseThrow();
    return new Place(
        zone, name, hash.word("owner", tunnel.owner()), Rule.SHARED_NAME, records, managed);
  }

  /** Nothing where the address lies in a zone that is delegated away: there the client answers. */
  private Optional<Place> atAddress(ServedTunnel tunnel, Name name) {
    Name reverseName = ReverseNames.of(tunnel.clientAddress());
    boolean theirs =
        !tunnel.arrangements().dnsServers().isEmpty()
            && NameServers.isInside(reverseName, cuts(tunnel));
    return zones
        .ofReverse(reverseName)
        .filter(zone -> !theirs)
        .map(
            zone ->
                new Place(
                    zone,
                    reverseName,
                    hash.word("tunnel", tunnel.id()),
                    Rule.TAKEN_OVER,
                    List.of(new PTRRecord(reverseName, DClass.IN, ttl, name)),
                    Set.of()));
  }

  private Place atPrefix(ServedTunnel tunnel, IpPrefix prefix, List<NameServer> servers) {
    List<Name> cuts = cuts(tunnel);
    List<Record> records = new ArrayList<>();
    Set<Key> managed = new LinkedHashSet<>();
    for (Name cut : cuts) {
      servers.forEach(server -> records.add(new NSRecord(cut, DClass.IN, ttl, server.name())));
      managed.add(new Key(cut, Type.NS));
      managed.add(new Key(cut, Type.DS));
      managed.add(new Key(HostNames.below("*", cut), Type.PTR));
    }
    addresses(servers, server -> NameServers.isInside(server, cuts), records);
    if (!servers.isEmpty()) {
      records.addAll(signers.of(tunnel.owner(), cuts, ttl));
    }
    for (int i = 1; i <= mostNameServers; i++) {
      Name made = HostNames.below(NameServers.label(i, tunnel.clientAddress()), cuts.get(0));
      managed.add(new Key(made, Type.A));
      managed.add(new Key(made, Type.AAAA));
    }
    Name own = ReverseNames.of(tunnel.clientAddress());
    for (int number : hosts.in(prefix)) {
      Name back = ReverseNames.of(Hosts.address(number, prefix));
      if (!back.equals(own)) {
        managed.add(new Key(back, Type.PTR));
      }
    }
    name(tunnel).ifPresent(name -> records.addAll(backwards(tunnel, prefix, name)));
    return new Place(
        zones.above(cuts.get(0)).orElseThrow(),
        ReverseNames.mark(prefix),
        hash.word("tunnel", tunnel.id()),
        Rule.TAKEN_OVER,
        records,
        managed);
  }

  private List<Record> backwards(ServedTunnel tunnel, IpPrefix prefix, Name name) {
    List<Record> records = new ArrayList<>();
    if (enteredByHost(tunnel)) {
      for (int number : hosts.in(prefix)) {
        Name host = HostNames.below(Hosts.label(number, prefix), name);
        Name back = ReverseNames.of(Hosts.address(number, prefix));
        if (!back.equals(ReverseNames.of(tunnel.clientAddress()))) {
          records.add(new PTRRecord(back, DClass.IN, ttl, host));
        }
      }
    } else if (reverse == ReverseRule.WILDCARD && tunnel.arrangements().dnsServers().isEmpty()) {
      for (Name cut : cuts(tunnel)) {
        records.add(new PTRRecord(HostNames.below("*", cut), DClass.IN, ttl, name));
      }
    }
    return records;
  }

  private boolean enteredByHost(ServedTunnel tunnel) {
    return reverse == ReverseRule.HOSTS && tunnel.arrangements().dnsServers().isEmpty();
  }

  private void addresses(List<NameServer> servers, Predicate<Name> here, List<Record> records) {
    for (NameServer server : servers) {
      if (server.entered() && here.test(server.name())) {
        server.addresses().forEach(address -> records.add(address(server.name(), address)));
      }
    }
  }

  private Record address(Name name, InetAddress address) {
    return address instanceof Inet4Address
        ? new ARecord(name, DClass.IN, ttl, address)
        : new AAAARecord(name, DClass.IN, ttl, address);
  }
}

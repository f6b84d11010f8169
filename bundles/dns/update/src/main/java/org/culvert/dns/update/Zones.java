package org.culvert.dns.update;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.Name;

/**
 * The zones that may be updated.
 *
 * @param forward zones of names; the first is the one that new names are made in
 * @param reverse zones of addresses
 */
record Zones(List<Name> forward, List<Name> reverse) {
  Zones {
    forward = List.copyOf(forward);
    reverse = List.copyOf(reverse);
  }

  /** Returns the zone that a host's name is in. */
  Optional<Name> ofName(Name name) {
    return closest(forward, name);
  }

  /** Returns the zone that an address's name is in. */
  Optional<Name> ofReverse(Name name) {
    return closest(reverse, name);
  }

  /** Returns the zone that can delegate a zone: another one, above it. */
  Optional<Name> above(Name cut) {
    return closest(reverse.stream().filter(zone -> !zone.equals(cut)).toList(), cut);
  }

  private static Optional<Name> closest(List<Name> zones, Name name) {
    return zones.stream()
        .filter(zone -> HostNames.within(name, zone))
        .max(Comparator.comparingInt(Name::labels));
  }
}

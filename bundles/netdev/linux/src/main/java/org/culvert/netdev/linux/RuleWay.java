package org.culvert.netdev.linux;

import org.culvert.api.net.IpPrefix;

/**
 * Packets of a tunnel that rules are gone through for.
 *
 * @param prefix a destination or a source of ours
 * @param device the one that the tunnel has
 * @param uplink the interface by which they come in from the world; nothing where that is open
 */
record RuleWay(Kind kind, IpPrefix prefix, String device, String uplink) {

  /** What packets are looked at. */
  enum Kind {
    /** Packets to a destination of ours, from anywhere. */
    TO,
    /** Packets to a destination of ours, from the world, which come in by the uplink. */
    IN,
    /** Packets from behind a destination of ours, to the world, which come in by its device. */
    FROM,
    /** Packets from a source of ours, to the world, which should leave by its device. */
    OUT,
    /** Packets to a source of ours, from the world, which come in by its device. */
    HOME;

    /** Tells whether the prefix is where they go to; else they come from there. */
    boolean isInward() {
      return this == TO || this == IN || this == HOME;
    }
  }

  /** Which packets of a way a rule is for. */
  enum Match {
    NONE,
    SOME,
    ALL
  }

  RuleWay(Kind kind, IpPrefix prefix, String device) {
    this(kind, prefix, device, "");
  }

  /** Returns the packets in words. */
  String packets() {
    return switch (kind) {
      case TO, HOME -> "packets to it";
      case IN -> "packets to it that come in by " + uplink;
      case FROM, OUT -> "packets from it";
    };
  }

  /** Tells whether it is one address. */
  boolean isHost() {
    return prefix.equals(IpPrefix.host(prefix.network()));
  }

  /** Returns which of the packets a rule is for. */
  Match match(HostRule rule) {
    IpPrefix own = kind.isInward() ? rule.to() : rule.from();
    IpPrefix other = kind.isInward() ? rule.from() : rule.to();
    if (rule.special()) {
      return Match.NONE;
    }
    if (rule.inverted()) {
      boolean named = own.length() > 0 && own.overlaps(prefix);
      return named ? Match.NONE : rule.in().isPresent() ? Match.SOME : Match.ALL;
    }
    if (!other.isWorld()) {
      return Match.NONE;
    }
    Match match = own.contains(prefix) ? Match.ALL : prefix.contains(own) ? Match.SOME : Match.NONE;
    if (rule.in().isEmpty() || match == Match.NONE) {
      return match;
    }
    String in = rule.in().get();
    return switch (kind) {
      case FROM, HOME -> in.equals(device) ? match : Match.NONE;
      case IN -> in.equals(uplink) ? match : Match.NONE;
      case OUT -> in.equals("lo") ? isHost() ? match : Match.SOME : closed(rule, own);
      case TO -> closed(rule, own);
    };
  }

  /** What is closed to an interface as a whole is closed by intent. */
  private static Match closed(HostRule rule, IpPrefix own) {
    return rule.rejects() && !own.isWorld() ? Match.SOME : Match.NONE;
  }
}

package org.culvert.dns.update;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.dns.update.NameServers.NameServer;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Asks name servers whether they serve the zones that are about to be delegated to them, as a
 * resolver will. A delegation to one that does not is lame: it costs everybody who looks time.
 */
final class LameCheck {
  /** How much of the half minute that a service has may go into this. */
  private static final Duration ALL_IN_ALL = Duration.ofSeconds(12);

  private final Duration each;
  private final int port;
  private final HostLookup lookup;

  /**
   * @param each how long one answer may take
   * @param port the port of name servers
   * @param lookup finds the addresses of those that were given by name
   */
  LameCheck(Duration each, int port, HostLookup lookup) {
    this.each = each;
    this.port = port;
    this.lookup = lookup;
  }

  /**
   * What was found.
   *
   * @param serving the name servers that answer for all zones
   * @param lame what is wrong with the others, a line each
   */
  record Result(List<NameServer> serving, List<String> lame) {}

  /** Says which addresses may be asked; a name can lead anywhere. */
  interface Acceptance {
    boolean accepts(InetAddress address);
  }

  /** Asks all of them for all zones. Blocks for twelve seconds at most. */
  Result check(List<NameServer> servers, List<Name> zones, Acceptance acceptance) {
    long end = System.nanoTime() + ALL_IN_ALL.toNanos();
    List<NameServer> serving = new ArrayList<>();
    List<String> lame = new ArrayList<>();
    for (NameServer server : servers) {
      Optional<String> problem = problem(server, zones, acceptance, end);
      problem.ifPresentOrElse(lame::add, () -> serving.add(server));
    }
    return new Result(serving, lame);
  }

  /** One address that answers is enough: a client may have IPv4 at its name server, and we not. */
  private Optional<String> problem(
      NameServer server, List<Name> zones, Acceptance acceptance, long end) {
    String name = HostNames.text(server.name());
    List<InetAddress> known =
        server.addresses().isEmpty() ? lookup.addresses(name, left(end)) : server.addresses();
    List<InetAddress> addresses = known.stream().filter(acceptance::accepts).toList();
    if (addresses.isEmpty()) {
      return Optional.of("name server " + name + " has no address that may be asked");
    }
    Optional<String> problem = Optional.empty();
    for (InetAddress address : addresses) {
      problem =
          zones.stream()
              .filter(zone -> !serves(new InetSocketAddress(address, port), zone, left(end)))
              .findFirst()
              .map(
                  zone ->
                      "name server %s does not answer for zone %s"
                          .formatted(name, HostNames.text(zone)));
      if (problem.isEmpty()) {
        return problem;
      }
    }
    return problem;
  }

  private boolean serves(InetSocketAddress address, Name zone, Duration left) {
    if (left.isZero()) {
      return false;
    }
    Message question = Message.newQuery(Record.newRecord(zone, Type.SOA, DClass.IN));
    question.getHeader().unsetFlag(Flags.RD);
    Duration limit = left.compareTo(each) < 0 ? left : each;
    try {
      return Carrier.datagram(
              address, question.toWire(), limit, octets -> verdict(octets, question, zone))
          .orElse(false);
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<Boolean> verdict(byte[] octets, Message question, Name zone) {
    try {
      Message answer = new Message(octets);
      if (answer.getHeader().getID() != question.getHeader().getID()
          || !answer.getHeader().getFlag(Flags.QR)
          || !question.getQuestion().equals(answer.getQuestion())) {
        return Optional.empty();
      }
      return Optional.of(
          answer.getHeader().getFlag(Flags.AA)
              && answer.getHeader().getRcode() == Rcode.NOERROR
              && answer.getSection(Section.ANSWER).stream()
                  .anyMatch(
                      record -> record.getType() == Type.SOA && record.getName().equals(zone)));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Duration left(long end) {
    long nanos = end - System.nanoTime();
    return nanos < Duration.ofMillis(1).toNanos() ? Duration.ZERO : Duration.ofNanos(nanos);
  }
}

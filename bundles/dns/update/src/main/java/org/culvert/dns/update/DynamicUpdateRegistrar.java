package org.culvert.dns.update;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.NameRequest;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.dns.update.NameServers.NameServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Enters tunnels in the zones of one server by dynamic update (RFC 2136), signed (RFC 8945). */
final class DynamicUpdateRegistrar implements DnsRegistrar, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DynamicUpdateRegistrar.class);

  /** A service has half a minute for each deed, and the lame check comes before this. */
  private static final Duration BUDGET = Duration.ofSeconds(16);

  private final DnsSettings settings;
  private final TunnelRecords records;
  private final SignedExchange exchange;
  private final Updates updates;
  private final Questions questions;
  private final LameCheck lameCheck;
  private final HostLookup lookup;

  DynamicUpdateRegistrar(
      DnsSettings settings, SignedExchange exchange, LameCheck lameCheck, HostLookup lookup) {
    this.settings = settings;
    this.records = settings.records();
    this.exchange = exchange;
    this.updates = new Updates(exchange, settings.key(), settings.ttl());
    this.questions = new Questions(exchange);
    this.lameCheck = lameCheck;
    this.lookup = lookup;
  }

  @Override
  public String name() {
    return "dns-update@%s/%s"
        .formatted(
            SignedExchange.text(settings.server()),
            String.join(
                "+",
                Stream.concat(
                        settings.zones().forward().stream(), settings.zones().reverse().stream())
                    .map(HostNames::text)
                    .toList()));
  }

  @Override
  public NameGrant grant(NameRequest request) {
    Optional<Name> name =
        settings.names().name(request.owner(), request.anonymous(), request.wish());
    settings.nameServers().check(request, name);
    return new NameGrant(name.map(HostNames::text), request.dnsServers());
  }

  @Override
  public void provide(ServedTunnel tunnel) throws ServiceException {
    List<ServiceException> problems = new ArrayList<>(outside(tunnel));
    List<NameServer> servers = serving(tunnel, problems);
    exchange.begin(BUDGET);
    each(records.places(tunnel, servers), updates::enter, problems);
    LOG.debug("{}: entered: {}", name(), records(tunnel));
  }

  @Override
  public void withdraw(ServedTunnel tunnel) throws ServiceException {
    exchange.begin(BUDGET);
    each(records.places(tunnel, records.nameServers(tunnel)), updates::clear, new ArrayList<>());
    LOG.debug("{}: withdrawn: {}", name(), records(tunnel));
  }

  @Override
  public List<String> verify(ServedTunnel tunnel) throws ServiceException {
    exchange.begin(BUDGET);
    List<String> wrong = new ArrayList<>();
    outside(tunnel).forEach(problem -> wrong.add(String.valueOf(problem.getMessage())));
    for (Place place : records.places(tunnel, records.nameServers(tunnel))) {
      for (Place.Key set : place.managed()) {
        List<Record> wanted =
            place.records().stream().filter(record -> Place.Key.of(record).equals(set)).toList();
        // Names that were never entered are not asked for one by one.
        if (!wanted.isEmpty()) {
          compare(wanted, questions.records(set.name(), set.type()), wrong);
        }
      }
    }
    return wrong;
  }

  @Override
  public List<String> records(ServedTunnel tunnel) {
    return records.places(tunnel, records.nameServers(tunnel)).stream()
        .flatMap(place -> place.records().stream())
        .map(DynamicUpdateRegistrar::line)
        .toList();
  }

  @Override
  public void close() {
    lookup.close();
  }

  /** What was agreed on elsewhere, and cannot be kept here. */
  private List<ServiceException> outside(ServedTunnel tunnel) {
    List<ServiceException> problems = new ArrayList<>();
    if (tunnel.arrangements().name().isPresent() && records.name(tunnel).isEmpty()) {
      problems.add(
          ServiceException.lasting(
              tunnel.arrangements().name().get() + " is in no zone of " + name(), null));
    }
    if (!tunnel.arrangements().dnsServers().isEmpty() && records.cuts(tunnel).isEmpty()) {
      problems.add(
          ServiceException.lasting(
              "the prefix "
                  + tunnel.prefix().map(Object::toString).orElse("(none)")
                  + " is in no reverse zone of "
                  + name(),
              null));
    }
    return problems;
  }

  private List<NameServer> serving(ServedTunnel tunnel, List<ServiceException> problems) {
    List<NameServer> servers = records.nameServers(tunnel);
    if (!settings.lameCheck() || servers.isEmpty()) {
      return servers;
    }
    LameCheck.Result result =
        lameCheck.check(
            servers,
            records.cuts(tunnel),
            address -> settings.nameServers().isAcceptable(address, tunnel.prefix().orElseThrow()));
    result.lame().forEach(line -> problems.add(ServiceException.ofTunnel(line, null)));
    return result.serving();
  }

  /** A step with one place. */
  private interface Step {
    void take(Place place) throws ServiceException;
  }

  /** Does what can be done, then tells all that could not. */
  private void each(List<Place> places, Step step, List<ServiceException> problems)
      throws ServiceException {
    for (Place place : places) {
      try {
        step.take(place);
      } catch (ServiceException e) {
        problems.add(e);
        if (!exchange.isAnswering()) {
          // The same server would be waited for again.
          break;
        }
      }
    }
    if (!problems.isEmpty()) {
      throw together(problems);
    }
  }

  /** What may pass is tried again, even where something else lasts. */
  private static ServiceException together(List<ServiceException> problems) {
    if (problems.size() == 1) {
      return problems.get(0);
    }
    String message =
        String.join("; ", problems.stream().map(ServiceException::getMessage).distinct().toList());
    if (problems.stream().allMatch(problem -> problem.isOfTunnel() || problem.isLasting())
        && problems.stream().anyMatch(ServiceException::isOfTunnel)) {
      return ServiceException.ofTunnel(message, problems.get(0));
    }
    return new ServiceException(
        message, problems.stream().allMatch(ServiceException::isLasting), problems.get(0));
  }

  private static void compare(List<Record> wanted, List<Record> found, List<String> wrong) {
    for (Record record : wanted) {
      if (!found.contains(record)) {
        wrong.add("missing: " + line(record));
      }
    }
    for (Record record : found) {
      // A delegation answers with what is above it, too.
      if (!wanted.contains(record) && record.getType() != Type.TXT) {
        wrong.add("not entered by this service: " + line(record));
      }
    }
  }

  private static String line(Record record) {
    if (record instanceof AAAARecord address) {
      return "%s %s IN AAAA %s"
          .formatted(record.getName(), record.getTTL(), IpAddresses.text(address.getAddress()));
    }
    return record.toString().replace('\t', ' ').replaceAll(" +", " ");
  }
}

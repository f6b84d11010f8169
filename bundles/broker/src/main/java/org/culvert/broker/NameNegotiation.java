package org.culvert.broker;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.DnsRegistrar.NameGrant;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.NameRequest;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Agrees with a client on its name and on the name servers of its reverse zone.
 *
 * <p>Only what a client asks for can be refused; whatever else a registrar does not grant, or
 * cannot say because it is not there, is not promised, and the tunnel is. A name belongs to one
 * user. Without a registrar a lease keeps what it has, for nobody has taken it back. For the
 * broker's thread.
 */
final class NameNegotiation {
  private static final Logger LOG = LoggerFactory.getLogger(NameNegotiation.class);
  private static final int NAMES_TOLD = 1000;

  private final Services services;
  private final Set<String> told = new HashSet<>();
  private boolean registrarFails;

  NameNegotiation(Services services) {
    this.services = services;
  }

  /**
   * Decides about the names of an offer.
   *
   * @throws TspException with 502 for a name and with 509 for a delegation that was asked for and
   *     is not to be had
   */
  NameGrant agree(Claims claims, Proposal proposal, TunnelRequest request) {
    Arrangements before = proposal.before().map(Lease::arrangements).orElse(Arrangements.NONE);
    List<DnsServer> asked = request.router().map(RouterRequest::dnsServers).orElse(List.of());
    boolean routerAsked = request.router().isPresent();
    List<DnsServer> wanted =
        proposal.prefix().isEmpty() ? List.of() : routerAsked ? asked : before.dnsServers();
    Optional<DnsRegistrar> registrar = services.registrar();
    if (registrar.isEmpty()) {
      refuse(asked, "no registrar is there");
      return new NameGrant(before.name(), wanted);
    }
    NameGrant grant = grant(registrar.get(), proposal, request.name(), wanted, asked);
    return new NameGrant(unique(claims, proposal, request, grant.name()), grant.dnsServers());
  }

  private NameGrant grant(
      DnsRegistrar registrar,
      Proposal proposal,
      Optional<String> wish,
      List<DnsServer> wanted,
      List<DnsServer> asked) {
    try {
      NameGrant grant = registrar.grant(request(proposal, wish, wanted));
      registrarFails = false;
      return grant;
    } catch (TspException e) {
      return refused(registrar, proposal, wish, wanted, asked, e);
    } catch (RuntimeException | LinkageError e) {
      if (!registrarFails) {
        registrarFails = true;
        LOG.error("{} cannot say what it grants; no names are promised", registrar.getClass(), e);
      }
      refuse(asked, "the registrar failed");
      return new NameGrant(Optional.empty(), List.of());
    }
  }

  /** What was kept for a client or made up for it is left out, and the rest asked for again. */
  private NameGrant refused(
      DnsRegistrar registrar,
      Proposal proposal,
      Optional<String> wish,
      List<DnsServer> wanted,
      List<DnsServer> asked,
      TspException refusal) {
    if (wish.isPresent() && refusal.code().number() == StatusCode.INVALID_NAME.number()) {
      throw new TspException(StatusCode.INVALID_NAME, "the name is not to be had", refusal);
    }
    if (!asked.isEmpty()) {
      throw new TspException(
          StatusCode.DNS_DELEGATION_ERROR, "the delegation is not to be had", refusal);
    }
    LOG.debug("Not granted, and not asked for: {}", refusal.getMessage());
    return wanted.isEmpty()
        ? new NameGrant(Optional.empty(), List.of())
        : grant(registrar, proposal, wish, List.of(), List.of());
  }

  private static NameRequest request(
      Proposal proposal, Optional<String> wish, List<DnsServer> wanted) {
    return new NameRequest(
        proposal.identity().user(),
        proposal.identity().anonymous(),
        proposal.inner().client(),
        proposal.prefix(),
        wish,
        wanted);
  }

  private static void refuse(List<DnsServer> asked, String why) {
    if (!asked.isEmpty()) {
      throw new TspException(StatusCode.DNS_DELEGATION_ERROR, why);
    }
  }

  private Optional<String> unique(
      Claims claims, Proposal proposal, TunnelRequest request, Optional<String> granted) {
    String user = proposal.identity().user();
    if (granted.filter(name -> claims.isTaken(name, user)).isEmpty()) {
      return granted;
    }
    if (request.name().isPresent()) {
      throw new TspException(StatusCode.INVALID_NAME, "another user has the name");
    }
    String name = granted.get();
    if (told.size() < NAMES_TOLD && told.add(name)) {
      LOG.warn(
          "{} would be called {}, which is another user's name; the tunnel gets no name",
          LifeLog.printable(user),
          LifeLog.printable(name));
    }
    return Optional.empty();
  }
}

package org.culvert.dns.update;

import org.culvert.api.service.ServiceException;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;

/** Says in one line what it means that the server did not do as it was told. */
final class Refusals {
  private Refusals() {}

  /** Explains why a question was not answered. */
  static ServiceException ofQuestion(SignedExchange exchange, Name name, int rcode) {
    String what =
        "%s does not answer for %s (%s)"
            .formatted(exchange, HostNames.text(name), Rcode.string(rcode));
    return new ServiceException(what, isLasting(rcode), null);
  }

  /** Explains why an update was refused (RFC 2136 section 2.2). */
  static ServiceException ofUpdate(SignedExchange exchange, TsigKey key, Place place, int rcode) {
    String zone = HostNames.text(place.zone());
    String why =
        switch (rcode) {
          case Rcode.REFUSED ->
              "does not let the key \"%s\" update %s at %s (REFUSED)"
                  .formatted(key, zone, HostNames.text(place.mark()));
          case Rcode.NOTAUTH -> "is not the primary server of " + zone + " (NOTAUTH)";
          case Rcode.NOTZONE -> "does not see all names inside " + zone + " (NOTZONE)";
          case Rcode.NOTIMP -> "does not know updates (NOTIMP)";
          case Rcode.FORMERR -> "does not understand the update of " + zone + " (FORMERR)";
          case Rcode.SERVFAIL ->
              "could not update "
                  + zone
                  + " (SERVFAIL); its log tells why, often a directory that it"
                  + " may not write";
          default -> "refuses the update of " + zone + " (" + Rcode.string(rcode) + ")";
        };
    return new ServiceException(exchange + " " + why, isLasting(rcode), null);
  }

  /** Says that a name has somebody else's records. */
  static ServiceException ofForeign(SignedExchange exchange, Place place, Name name) {
    return ServiceException.lasting(
        "%s exists in %s at %s and is not this service's; remove it, or give the user another name"
            .formatted(HostNames.text(name), HostNames.text(place.zone()), exchange),
        null);
  }

  private static boolean isLasting(int rcode) {
    return rcode != Rcode.SERVFAIL;
  }
}

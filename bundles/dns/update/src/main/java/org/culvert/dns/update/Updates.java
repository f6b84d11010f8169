package org.culvert.dns.update;

import java.util.List;
import org.culvert.api.service.ServiceException;
import org.culvert.dns.update.Place.Key;
import org.culvert.dns.update.Place.Rule;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/**
 * Makes a zone say what a place shall have (RFC 2136). Each change is one message that does all or
 * nothing, on the condition that the mark is still what was read before.
 *
 * <p>Stages: read the mark; decide whose the place is; update on that condition; if it no longer
 * holds, read again.
 */
final class Updates {
  /** Conditions change under us when an answer was lost, or somebody else writes at the moment. */
  private static final int MOST_TRIES = 3;

  private final SignedExchange exchange;
  private final Questions questions;
  private final TsigKey key;
  private final long ttl;

  Updates(SignedExchange exchange, TsigKey key, long ttl) {
    this.exchange = exchange;
    this.questions = new Questions(exchange);
    this.key = key;
    this.ttl = ttl;
  }

  /** Makes a place have its records and no others. Blocks. */
  void enter(Place place) throws ServiceException {
    if (place.records().isEmpty()) {
      clear(place);
      return;
    }
    for (int i = 0; i < MOST_TRIES; i++) {
      Mark mark = Mark.read(place, questions);
      if (mark.record().isPresent() && !mark.isOf(place) && place.rule() == Rule.SHARED_NAME) {
        throw Refusals.ofForeign(exchange, place, place.mark());
      }
      if (holds(mark.record().isPresent() ? replace(place, mark) : enterFirst(place), place)) {
        return;
      }
    }
    throw foreign(place);
  }

  /** Removes what a place has, if it is still this tunnel's. Blocks. */
  void clear(Place place) throws ServiceException {
    for (int i = 0; i < MOST_TRIES; i++) {
      Mark mark = Mark.read(place, questions);
      if (!mark.isOf(place)) {
        return;
      }
      if (holds(remove(place, mark), place)) {
        if (place.rule() == Rule.SHARED_NAME) {
          holds(removeLastMark(place, mark), place);
        }
        return;
      }
    }
    throw ServiceException.passing(
        "%s changes all the while at %s".formatted(HostNames.text(place.mark()), exchange), null);
  }

  private Update enterFirst(Place place) {
    Update update = new Update(place.zone());
    place.names().forEach(update::absent);
    update.add(Mark.of(place, ttl));
    place.records().forEach(update::add);
    return update;
  }

  private Update replace(Place place, Mark mark) {
    Update update = conditional(place, mark);
    if (!mark.isOf(place)) {
      mark.record().ifPresent(update::delete);
      update.add(Mark.of(place, ttl));
    }
    place.managed().forEach(set -> update.delete(set.name(), set.type()));
    place.records().forEach(update::add);
    return update;
  }

  /** At a shared name only what this tunnel has, elsewhere all. */
  private static Update remove(Place place, Mark mark) {
    Update update = conditional(place, mark);
    boolean shared = place.rule() == Rule.SHARED_NAME;
    for (Key set : place.managed()) {
      if (!shared || !set.name().equals(place.mark())) {
        update.delete(set.name(), set.type());
      }
    }
    if (shared) {
      place.records().stream()
          .filter(record -> record.getName().equals(place.mark()))
          .forEach(update::delete);
    } else {
      mark.record().ifPresent(update::delete);
    }
    return update;
  }

  private static Update removeLastMark(Place place, Mark mark) {
    Update update = conditional(place, mark);
    update.absent(place.mark(), Type.A);
    update.absent(place.mark(), Type.AAAA);
    mark.record().ifPresent(update::delete);
    return update;
  }

  /** Conditions have no time to live (RFC 2136 section 2.4.2). */
  private static Update conditional(Place place, Mark mark) {
    Update update = new Update(place.zone());
    for (TXTRecord text : mark.found()) {
      update.present(new TXTRecord(text.getName(), DClass.IN, 0, text.getStrings()));
    }
    return update;
  }

  /** Tells whether the conditions held, and so the update was made. */
  private boolean holds(Update update, Place place) throws ServiceException {
    Message answer = exchange.ask(update);
    int rcode = answer.getHeader().getRcode();
    return switch (rcode) {
      case Rcode.NOERROR -> true;
      case Rcode.YXDOMAIN, Rcode.NXRRSET, Rcode.YXRRSET, Rcode.NXDOMAIN -> false;
      default -> throw Refusals.ofUpdate(exchange, key, place, rcode);
    };
  }

  /** The server does not say which name it was that exists. */
  private ServiceException foreign(Place place) throws ServiceException {
    for (Name name : place.names()) {
      for (int type : List.of(Type.A, Type.AAAA, Type.CNAME, Type.NS, Type.PTR, Type.TXT)) {
        if (place.isLikely(name, type) && !questions.records(name, type).isEmpty()) {
          return Refusals.ofForeign(exchange, place, name);
        }
      }
    }
    return Refusals.ofForeign(exchange, place, place.mark());
  }
}

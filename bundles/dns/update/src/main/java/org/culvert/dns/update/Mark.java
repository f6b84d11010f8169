package org.culvert.dns.update;

import java.util.List;
import java.util.Optional;
import org.culvert.api.service.ServiceException;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.TXTRecord;

/**
 * What marks a name as entered by this service: a TXT record with a word for the user or tunnel
 * that it was entered for.
 *
 * @param name where it stands
 * @param found all TXT records there, since only all of them can be named as a condition
 */
record Mark(Name name, List<TXTRecord> found) {
  private static final String INTRODUCTION = "culvert ";

  Mark {
    found = List.copyOf(found);
  }

  /** Reads what stands at a place's mark. Blocks. */
  static Mark read(Place place, Questions questions) throws ServiceException {
    return new Mark(place.mark(), questions.texts(place.mark()));
  }

  /** Returns the mark for a place. */
  static TXTRecord of(Place place, long ttl) {
    return new TXTRecord(place.mark(), DClass.IN, ttl, INTRODUCTION + place.tag());
  }

  /** Returns the record that is a mark, whoever's. */
  Optional<TXTRecord> record() {
    return found.stream().filter(text -> content(text).startsWith(INTRODUCTION)).findFirst();
  }

  /** Tells whether it is the mark for a place. */
  boolean isOf(Place place) {
    return record().filter(text -> content(text).equals(INTRODUCTION + place.tag())).isPresent();
  }

  private static String content(TXTRecord text) {
    return String.join("", text.getStrings());
  }
}

package org.culvert.dns.update;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/**
 * What a tunnel has in one zone, and the mark that tells that it is this tunnel's: only what is
 * marked is ever changed or removed, and only names that nobody has are marked.
 *
 * @param zone the zone
 * @param mark the name of the mark
 * @param tag what the mark says
 * @param rule whose marks may be replaced
 * @param records what shall stand there
 * @param managed the sets of records that are this place's, also where {@code records} has none
 */
record Place(Name zone, Name mark, String tag, Rule rule, List<Record> records, Set<Key> managed) {

  /** Says what a mark that is another tunnel's means. */
  enum Rule {
    /**
     * A user's name: it may be shared by the user's tunnels of both address families, and never is
     * taken from somebody else.
     */
    SHARED_NAME,
    /** An address or a prefix: the broker decides who has it now, so it is taken over. */
    TAKEN_OVER
  }

  /**
   * A set of records.
   *
   * @param name its name
   * @param type its type
   */
  record Key(Name name, int type) {
    static Key of(Record record) {
      return new Key(record.getName(), record.getType());
    }
  }

  Place {
    records = List.copyOf(records);
    Set<Key> all = new LinkedHashSet<>(managed);
    records.forEach(record -> all.add(Key.of(record)));
    managed = Set.copyOf(all);
  }

  /**
   * Returns the names that nobody may have when this place is entered first. Below a user's name
   * somebody else may have some, and all that is managed is removed one day.
   */
  Set<Name> names() {
    Set<Name> names = new LinkedHashSet<>();
    names.add(mark);
    records.forEach(record -> names.add(record.getName()));
    if (rule == Rule.SHARED_NAME) {
      managed.forEach(set -> names.add(set.name()));
    }
    return names;
  }

  /** Tells whether it is worth asking what is in the way: of all that is managed, much is not. */
  boolean isLikely(Name name, int type) {
    return name.equals(mark)
        || managed.contains(new Key(name, type))
        || records.stream().anyMatch(record -> record.getName().equals(name));
  }
}

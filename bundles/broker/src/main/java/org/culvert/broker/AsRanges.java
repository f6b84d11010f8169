package org.culvert.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.culvert.api.config.InvalidConfigurationException;

/**
 * Numbers of autonomous systems, as an operator writes them: {@code 64512-65534, 4200000000}.
 *
 * @param ranges from lower to higher in the operator's order, both ends included
 */
record AsRanges(List<Range> ranges) {
  /** The largest number that a client may ever have: the one above is reserved (RFC 7300). */
  static final long LARGEST = 0xFFFF_FFFEL;

  /** Nobody's numbers: AS_TRANS (RFC 6793), and the last of those of two octets (RFC 7300). */
  private static final Set<Long> RESERVED = Set.of(23_456L, 65_535L);

  /** From lower to higher, both included. */
  record Range(long from, long to) {}

  /** Copies the list. */
  AsRanges {
    ranges = List.copyOf(ranges);
  }

  /** Reads the ranges of a key. */
  static AsRanges from(String key, String[] values) {
    List<Range> ranges = new ArrayList<>();
    for (String text : Settings.list(values)) {
      int hyphen = text.indexOf('-');
      long from = number(key, text, hyphen < 0 ? text : text.substring(0, hyphen));
      long to = hyphen < 0 ? from : number(key, text, text.substring(hyphen + 1));
      if (from > to || (from == to && RESERVED.contains(from))) {
        throw refused(key, text);
      }
      ranges.add(new Range(from, to));
    }
    return new AsRanges(ranges);
  }

  /** Tells whether this is a number that an autonomous system can have. */
  static boolean isUsable(long as) {
    return as > 0 && as <= LARGEST && !RESERVED.contains(as);
  }

  boolean contains(long as) {
    return isUsable(as)
        && ranges.stream().anyMatch(range -> range.from() <= as && as <= range.to());
  }

  /** Returns how many numbers there are, reserved ones included. */
  long size() {
    return ranges.stream().mapToLong(range -> range.to() - range.from() + 1).sum();
  }

  /** Returns the number at a place, from 0 to one less than {@link #size}. */
  long at(long place) {
    long left = place;
    for (Range range : ranges) {
      long size = range.to() - range.from() + 1;
      if (left < size) {
        return range.from() + left;
      }
      left -= size;
    }
    throw new IndexOutOfBoundsException("no place " + place + " in " + ranges);
  }

  private static long number(String key, String text, String digits) {
    if (!digits.trim().matches("[0-9]{1,10}")) {
      throw refused(key, text);
    }
    long number = Long.parseLong(digits.trim());
    if (number < 1 || number > LARGEST) {
      throw refused(key, text);
    }
    return number;
  }

  private static InvalidConfigurationException refused(String key, String text) {
    return new InvalidConfigurationException(
        Keys.PID,
        key,
        text,
        "write numbers of autonomous systems from 1 to "
            + LARGEST
            + " and ranges such as 64512-65534, separated by commas; 23456 and 65535 are nobody's");
  }
}

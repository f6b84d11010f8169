package org.culvert.dns.update;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.xbill.DNS.Name;
import org.xbill.DNS.ReverseMap;

/**
 * Names of addresses and prefixes under {@code ip6.arpa} (RFC 3596 section 2.5) and {@code
 * in-addr.arpa}.
 */
final class ReverseNames {
  private static final int NIBBLE = 4;
  private static final int OCTET = 8;
  private static final int LONGEST_IPV4 = 24;
  private static final int LONGEST_IPV6 = 124;

  private ReverseNames() {}

  /** Returns the name under which an address is looked up. */
  static Name of(InetAddress address) {
    return ReverseMap.fromAddress(address);
  }

  /** Tells whether whole zones cover a prefix; below an IPv4 octet's boundary none does. */
  static boolean hasCuts(IpPrefix prefix) {
    boolean v4 = prefix.network().getAddress().length == 4;
    return prefix.length() > 0 && prefix.length() <= (v4 ? LONGEST_IPV4 : LONGEST_IPV6);
  }

  /**
   * Returns the names that together cover a prefix and nothing else: one where its length is at a
   * boundary of labels, else up to eight side by side (up to 128 for IPv4).
   *
   * @throws IllegalArgumentException if none is possible: the whole Internet, or a single label
   */
  static List<Name> cuts(IpPrefix prefix) {
    byte[] octets = prefix.network().getAddress();
    int step = octets.length == 4 ? OCTET : NIBBLE;
    int labels = (prefix.length() + step - 1) / step;
    if (labels == 0) {
      throw new IllegalArgumentException("a prefix of length 0 has no reverse zone");
    }
    int total = octets.length * 8 / step;
    int count = 1 << (labels * step - prefix.length());
    int last = (labels - 1) * step / 8;
    int shift = step == OCTET || labels % 2 == 0 ? 0 : NIBBLE;
    List<Name> cuts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] start = octets.clone();
      start[last] = (byte) (start[last] + (i << shift));
      cuts.add(new Name(ReverseMap.fromAddress(start), total - labels));
    }
    return cuts;
  }

  /** Returns the name that covers a prefix whose length is at a boundary of labels. */
  static Name zone(IpPrefix prefix) {
    List<Name> cuts = cuts(prefix);
    if (cuts.size() != 1) {
      throw new IllegalArgumentException(
          "its length must be a multiple of "
              + (prefix.network().getAddress().length == 4 ? OCTET : NIBBLE));
    }
    return cuts.get(0);
  }

  /**
   * Returns the name beside a prefix's first that marks whose it is. No label of a reverse name
   * begins with an underscore, so it lies in nobody's prefix.
   */
  static Name mark(IpPrefix prefix) {
    Name first = cuts(prefix).get(0);
    return HostNames.below(
        "_" + first.getLabelString(0) + "-" + prefix.length(), new Name(first, 1));
  }
}

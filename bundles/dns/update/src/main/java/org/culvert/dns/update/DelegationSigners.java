package org.culvert.dns.update;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Name;

/** What the operator has entered of users' signed zones (DS records, RFC 4034 section 5). */
final class DelegationSigners {
  private static final Pattern BLANKS = Pattern.compile("[ \t]+");
  private static final int SHA256_LENGTH = 32;
  private static final int SHA384_LENGTH = 48;

  private final List<Signer> signers;

  private DelegationSigners(List<Signer> signers) {
    this.signers = List.copyOf(signers);
  }

  private record Signer(
      String user, Optional<Name> zone, int keyTag, int algorithm, int digestType, String digest) {}

  /**
   * Reads entries: user, optionally the zone, key tag, algorithm, digest type and digest, with
   * blanks between.
   *
   * @throws IllegalArgumentException if one cannot be read, saying why
   */
  static DelegationSigners parse(List<String> entries) {
    List<Signer> signers = new ArrayList<>();
    for (String entry : entries) {
      signers.add(signer(entry.strip()));
    }
    return new DelegationSigners(signers);
  }

  /** Returns the DS records of a user's zones; entries without a zone are for one zone alone. */
  List<DSRecord> of(String user, List<Name> cuts, long ttl) {
    List<DSRecord> records = new ArrayList<>();
    for (Signer signer : signers) {
      if (signer.user().equals(user)) {
        for (Name cut : cuts) {
          if (signer.zone().map(cut::equals).orElse(cuts.size() == 1)) {
            records.add(record(signer, cut, ttl));
          }
        }
      }
    }
    return records;
  }

  private static DSRecord record(Signer signer, Name cut, long ttl) {
    return new DSRecord(
        cut,
        DClass.IN,
        ttl,
        signer.keyTag(),
        signer.algorithm(),
        signer.digestType(),
        HexFormat.of().parseHex(signer.digest()));
  }

  private static Signer signer(String entry) {
    String[] fields = BLANKS.split(entry);
    if (fields.length != 5 && fields.length != 6) {
      throw new IllegalArgumentException(
          "write user, key tag, algorithm, digest type and digest, with the zone behind the user"
              + " where a prefix has several");
    }
    int first = fields.length - 4;
    Optional<Name> zone =
        fields.length == 6 ? Optional.of(HostNames.parse(fields[1])) : Optional.empty();
    int type = number(fields[first + 2], 255);
    byte[] digest = HexFormat.of().parseHex(fields[first + 3]);
    int length = type == DSRecord.SHA384_DIGEST_ID ? SHA384_LENGTH : SHA256_LENGTH;
    if (type != DSRecord.SHA256_DIGEST_ID && type != DSRecord.SHA384_DIGEST_ID) {
      throw new IllegalArgumentException("digest type " + type + " is not 2 or 4");
    }
    if (digest.length != length) {
      throw new IllegalArgumentException("the digest has not " + length + " octets");
    }
    return new Signer(
        fields[0],
        zone,
        number(fields[first], 65_535),
        number(fields[first + 1], 255),
        type,
        fields[first + 3]);
  }

  private static int number(String text, int most) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > most) {
      throw new IllegalArgumentException("\"" + text + "\" is not in 0.." + most);
    }
    return Integer.parseInt(text);
  }
}

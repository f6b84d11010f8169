package org.culvert.accounts.file;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.culvert.api.config.Spelling;

/** The SASL mechanisms that a user's policy may name. */
final class MechanismNames {
  private static final String PLUS = "-PLUS";

  private static final List<String> OURS =
      Stream.concat(
              Arrays.stream(ScramHash.values())
                  .map(ScramHash::mechanism)
                  .flatMap(one -> Stream.of(one, one + PLUS)),
              Stream.of(Verifiers.DIGEST_MD5, Verifiers.PLAIN, "EXTERNAL"))
          .toList();

  /** Names that IANA has registered and that are near to ours, but mean another mechanism. */
  private static final Set<String> OTHERS =
      Set.of("SCRAM-SHA-224", "SCRAM-SHA-384", "SCRAM-SHA-512", "SCRAM-SHA3-512");

  private MechanismNames() {}

  /** Returns the mechanism that a misspelt name means. */
  static Optional<String> meant(String name) {
    return OURS.contains(name) || OTHERS.contains(name.replace(PLUS, ""))
        ? Optional.empty()
        : Spelling.nearest(name, OURS);
  }

  /** Says what is wrong with a name, as what follows a user, and what to write. */
  static Optional<String> fault(String name) {
    if (OURS.contains(name)) {
      return Optional.empty();
    }
    return meant(name)
        .map(right -> "names a mechanism that does not exist, %s; write %s".formatted(name, right))
        .or(
            () ->
                Optional.of(
                    "names a mechanism that Culvert does not have, %s; unless another bundle brings it, write one of %s"
                        .formatted(name, String.join(", ", OURS))));
  }
}

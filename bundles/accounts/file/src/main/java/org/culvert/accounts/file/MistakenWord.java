package org.culvert.accounts.file;

import java.util.List;
import java.util.Optional;
import org.culvert.api.config.Spelling;

/**
 * A word that would be taken for a password, but looks like a setting with a mistake in it. A
 * password that looks so is written behind {@code password:}.
 *
 * @param reason what is wrong, as a verb and what follows; nothing of the word
 * @param remedy what to write
 */
record MistakenWord(String reason, String remedy) {
  private static final List<String> ALONE = List.of(UserEntry.DISABLED, UserEntry.TLS_ONLY);
  private static final List<String> WITH_VALUE =
      List.of(
          UserEntry.MECHANISMS,
          UserEntry.GROUPS,
          UserEntry.LIFETIME,
          UserEntry.SINCE,
          UserEntry.CLEAR);

  /** Finds the setting that was meant; empty if it may well be a password. */
  static Optional<MistakenWord> of(String word) {
    int colon = word.indexOf(':');
    if (colon < 0) {
      return UserEntry.DIGEST.equalsIgnoreCase(word)
          ? Optional.of(alone(UserEntry.DIGEST))
          : Spelling.nearest(word, ALONE).map(MistakenWord::alone);
    }
    String name = word.substring(0, colon);
    return Spelling.nearest(name, List.of(UserEntry.DISABLED, UserEntry.DIGEST, UserEntry.TLS_ONLY))
        .map(MistakenWord::alone)
        .or(() -> Spelling.nearest(name + ":", WITH_VALUE).map(MistakenWord::withValue));
  }

  private static MistakenWord alone(String setting) {
    return new MistakenWord(
        "has a word that is almost " + setting,
        "write " + setting + " and a space, or the whole word behind password: if it is one");
  }

  private static MistakenWord withValue(String setting) {
    String example =
        switch (setting) {
          case UserEntry.MECHANISMS -> setting + "SCRAM-SHA-256,PLAIN";
          case UserEntry.GROUPS -> setting + "home,business";
          case UserEntry.LIFETIME -> setting + "60";
          case UserEntry.SINCE -> setting + "2026-01-01T00:00:00Z";
          default -> setting + "THE PASSWORD";
        };
    return new MistakenWord(
        "has a word that is almost " + setting,
        "write it as in " + example + ", or the whole word behind password: if it is one");
  }
}

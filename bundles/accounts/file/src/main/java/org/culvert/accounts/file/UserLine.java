package org.culvert.accounts.file;

import java.util.Optional;

/** One line of the file. */
sealed interface UserLine {

  /** Nothing to read: a comment, or no text at all. */
  record Other() implements UserLine {}

  /**
   * Not a user.
   *
   * @param user the name, where there is a proper one
   * @param reason what the line does wrong, as a verb and what follows; nothing of its content
   * @param remedy what to write, as half a sentence
   * @param damaged whether hardly a hand wrote it so, but a crash did
   */
  record Broken(Optional<String> user, String reason, String remedy, boolean damaged)
      implements UserLine {}

  /**
   * A user without a password in clear.
   *
   * @param entry the user
   * @param outdated whether the line has words that are not written any more
   */
  record Kept(UserEntry entry, boolean outdated) implements UserLine {}

  /**
   * A user whose password was written in clear.
   *
   * @param entry the user, without verifiers
   * @param password the password, which can be kept
   */
  record Clear(UserEntry entry, String password) implements UserLine {

    /** Masks the password. */
    @Override
    public String toString() {
      return "Clear[" + entry.name() + "]";
    }
  }
}

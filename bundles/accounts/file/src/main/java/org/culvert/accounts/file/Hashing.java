package org.culvert.accounts.file;

import java.util.Optional;

/** Makes verifiers of passwords. Each takes long on purpose. */
interface Hashing {

  /** Returns what verifies a password in clear; empty if the password is too long for it. */
  Optional<BcryptVerifier> bcrypt(String user, char[] prepared);

  /** Returns the keys of a SCRAM mechanism. */
  ScramVerifier scram(String user, ScramHash hash, char[] prepared);

  /** Hashes with as much work as the settings say. */
  static Hashing of(Settings settings) {
    return new Hashing() {
      @Override
      public Optional<BcryptVerifier> bcrypt(String user, char[] prepared) {
        return BcryptVerifier.of(prepared, settings.bcryptCost());
      }

      @Override
      public ScramVerifier scram(String user, ScramHash hash, char[] prepared) {
        return ScramVerifier.of(hash, prepared, settings.iterations());
      }
    };
  }
}

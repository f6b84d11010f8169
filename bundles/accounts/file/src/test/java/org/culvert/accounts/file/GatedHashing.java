package org.culvert.accounts.file;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * Hashes quickly, but lets some users wait at a gate, which is in bcrypt: no log-in of a user in
 * clear needs that.
 */
final class GatedHashing implements Hashing {
  private final Hashing quick;
  private final Predicate<String> held;
  private final Semaphore gate = new Semaphore(0);
  private final List<String> made = Collections.synchronizedList(new ArrayList<>());
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();

  /**
   * @param held tells who waits
   */
  GatedHashing(Settings settings, Predicate<String> held) {
    this.quick = Hashing.of(settings);
    this.held = held;
  }

  /** Lets so many users through. */
  void open(int users) {
    gate.release(users);
  }

  /** Lets everybody through. */
  void open() {
    gate.release(1 << 20);
  }

  /** Returns the users whom somebody waits for. */
  Set<String> waiting() {
    return waiting;
  }

  /** Returns what was made, as {@code user mechanism}. */
  List<String> made() {
    return made;
  }

  @Override
  public Optional<BcryptVerifier> bcrypt(String user, char[] prepared) {
    if (held.test(user)) {
      waiting.add(user);
      gate.acquireUninterruptibly();
      waiting.remove(user);
    }
    made.add(user + " PLAIN");
    return quick.bcrypt(user, prepared);
  }

  @Override
  public ScramVerifier scram(String user, ScramHash hash, char[] prepared) {
    made.add(user + " " + hash.mechanism());
    return quick.scram(user, hash, prepared);
  }
}

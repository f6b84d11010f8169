package org.culvert.api.netdev;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A UDP port that signaling and tunnels share: who joins it binds a socket and attaches a selector
 * that counts on its being the last one (see {@link OuterSockets}). Where another socket was bound
 * in between, the earlier one's selector would stay, with the two places confused for good: so only
 * one joins at a time, in the whole process.
 */
public final class SharedPort {
  private static final ReentrantLock TURN = new ReentrantLock();

  private SharedPort() {}

  /** Binds a socket and attaches its selector. */
  @FunctionalInterface
  public interface Joining<E extends Exception> {
    /** Does both before it returns; waits for nobody. */
    void run() throws E;
  }

  /** Waits for the turn, which lasts some microseconds, and joins a port. */
  public static <E extends Exception> void join(Joining<E> joining) throws E {
    TURN.lock();
    try {
      joining.run();
    } finally {
      TURN.unlock();
    }
  }
}

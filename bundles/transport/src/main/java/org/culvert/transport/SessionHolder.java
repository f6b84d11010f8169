package org.culvert.transport;

/** What holds a live session on its transport. Called on the server's thread. */
interface SessionHolder {

  /** Tells whether nothing was heard of the peer for so long that it must be gone. */
  boolean silent(long now);

  /** Ends the session because it took too long. */
  void expire();

  /** Ends the session without a word, to make room; it is released already. */
  void evict();
}

package org.culvert.itests.attack;

import java.io.Closeable;
import java.io.IOException;

/** A session with a broker, one question after the other. */
interface Talk extends Closeable {
  /** The machine may be busy; nothing is proved by how long an answer takes. */
  int PATIENCE_MILLIS = 120_000;

  /**
   * Says something and returns what is answered.
   *
   * @throws IOException if the session is over, or nothing comes
   */
  String ask(String text) throws IOException;

  /** Returns what the broker has to say besides. */
  String more() throws IOException;

  /** Returns the type of tunnel that is asked for in this way. */
  String type();
}

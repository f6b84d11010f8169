package org.culvert.itests.attack;

import java.io.IOException;
import java.util.Collections;

/** One source opens sessions first, and then guesses in all of them, again and again. */
final class FailuresAtOnce implements Attack {
  private static final int SESSIONS = 60;
  private static final int SECONDS_BETWEEN = 4;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    figures.put("attacker: guesses looked at", 0);
    Pace pace = new Pace(1.0 / SECONDS_BETWEEN, Math.max(2 * SECONDS_BETWEEN, field.seconds()));
    while (pace.next()) {
      Guess.atOnce(field, Collections.nCopies(SESSIONS, Sources.ipv6(0, 1)), "alice", figures);
    }
    figures.put("attacker: seconds", pace.seconds());
  }
}

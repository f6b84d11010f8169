package org.culvert.itests.attack;

import java.io.IOException;

/** Wrong passwords in the name of the very user who wants in. */
final class VictimsFailures implements Attack {
  private static final int AT_FIRST = 25;
  private static final double PER_SECOND = 2;
  private static final long PAUSE_MILLIS = 100;
  private static final String NONSENSE = "bm9uc2Vuc2U=\r\n";

  @Override
  public void run(Field field, Figures figures) throws IOException {
    Spoofed spoofed = new Spoofed(field.broker4());
    for (int i = 0; i < AT_FIRST; i++) {
      guess(spoofed);
    }
    Pace pace = new Pace(PER_SECOND, field.seconds());
    while (pace.next()) {
      guess(spoofed);
    }
    spoofed.tell(figures, pace);
  }

  private static void guess(Spoofed spoofed) throws IOException {
    spoofed.session(Users.HOME).say(PAUSE_MILLIS, Messages.VERSION, Messages.DIGEST, NONSENSE);
  }
}

package org.culvert.itests.attack;

import java.io.IOException;

/** Sessions in the name of the very user who wants in: many at first, then one after the other. */
final class VictimsSessions implements Attack {
  private static final int AT_FIRST = 64;
  private static final double PER_SECOND = 20;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    Spoofed spoofed = new Spoofed(field.broker4());
    for (int i = 0; i < AT_FIRST; i++) {
      spoofed.session(Users.HOME).say(Messages.VERSION);
    }
    Pace pace = new Pace(PER_SECOND, field.seconds());
    while (pace.next()) {
      spoofed.session(Users.HOME).say(Messages.VERSION);
    }
    spoofed.tell(figures, pace);
  }
}

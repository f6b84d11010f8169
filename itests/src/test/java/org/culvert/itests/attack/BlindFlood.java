package org.culvert.itests.attack;

import java.io.IOException;

/**
 * All that can be sent blindly in the name of the one address from which users log in over UDP, at
 * twice the rate of one source: sessions that only begin, and answers to challenges that are not
 * read, by mechanisms that name a user before the nonce and by those that do not.
 */
final class BlindFlood implements Attack {
  private static final double PER_SECOND = 100;
  private static final long PAUSE_MILLIS = 5;
  private static final int BEGUN_FOR_EACH_TRY = 92;
  private static final int DATAGRAMS_OF_A_TRY = 4;

  /** n,,n=alice,r=blind. */
  private static final String SCRAM_FIRST = "biwsbj1hbGljZSxyPWJsaW5k\r\n";

  /** c=biws,r=blind,p=AAAA. */
  private static final String SCRAM_FINAL = "Yz1iaXdzLHI9YmxpbmQscD1BQUFB\r\n";

  private static final String NONSENSE = "bm9uc2Vuc2U=\r\n";

  @Override
  public void run(Field field, Figures figures) throws IOException {
    Spoofed spoofed = new Spoofed(field.broker4());
    int tries = 0;
    for (int i = 0; i < 2 * DATAGRAMS_OF_A_TRY * DATAGRAMS_OF_A_TRY; i++) {
      guess(spoofed, tries++);
    }
    // Begins, with eight datagrams of two tries in each hundred.
    int each = BEGUN_FOR_EACH_TRY + 2 * DATAGRAMS_OF_A_TRY;
    Pace pace = new Pace(PER_SECOND, field.seconds());
    while (pace.next()) {
      long at = pace.done() % each;
      if (at == 0) {
        guess(spoofed, tries++);
        guess(spoofed, tries++);
      } else if (at <= BEGUN_FOR_EACH_TRY) {
        spoofed.session(Users.HOME).say(Messages.VERSION);
      }
    }
    figures.put("attacker: tries to authenticate", tries);
    spoofed.tell(figures, pace);
  }

  private static void guess(Spoofed spoofed, int number) throws IOException {
    if (number % 2 == 0) {
      spoofed.session(Users.HOME).say(PAUSE_MILLIS, Messages.VERSION, Messages.DIGEST, NONSENSE);
    } else {
      spoofed
          .session(Users.HOME)
          .say(PAUSE_MILLIS, Messages.VERSION, Messages.SCRAM, SCRAM_FIRST, SCRAM_FINAL);
    }
  }
}

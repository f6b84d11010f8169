package org.culvert.itests.attack;

import java.io.IOException;

/** A session without a name in the name of ever another address: two datagrams, back to back. */
final class SpoofedAnonymous implements Attack {
  private static final double SESSIONS_PER_SECOND = 800;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    Spoofed spoofed = new Spoofed(field.broker4());
    Link before = Link.now();
    Pace pace = new Pace(SESSIONS_PER_SECOND, field.seconds());
    while (pace.next()) {
      spoofed.session(Sources.ipv4((int) pace.done())).say(Messages.VERSION, Messages.ANONYMOUS);
    }
    spoofed.tell(figures, pace);
    Link got = Link.now().since(before);
    figures.put("forged addresses: datagrams", got.packets());
    figures.put("forged addresses: octets in them", got.inDatagrams());
  }
}

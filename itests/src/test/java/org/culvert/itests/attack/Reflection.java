package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;

/** One victim's address in all datagrams: what he gets is what the limit for one source leaves. */
final class Reflection implements Attack {
  private static final double PER_SECOND = 1_000;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    InetAddress victim = Sources.ipv4(0);
    Spoofed spoofed = new Spoofed(field.broker4());
    Link before = Link.now();
    Pace pace = new Pace(PER_SECOND, field.seconds());
    while (pace.next()) {
      spoofed.session(victim).say(Messages.VERSION);
    }
    spoofed.tell(figures, pace);
    Link got = Link.now().since(before);
    figures.put("forged address: datagrams", got.packets());
    figures.put("forged address: octets in them", got.inDatagrams());
  }
}

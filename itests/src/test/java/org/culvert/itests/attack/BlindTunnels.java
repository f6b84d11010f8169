package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Tunnels without a name for ever another address, accepted by somebody who reads nothing: he says
 * each thing when the broker has had time to answer the one before.
 */
final class BlindTunnels implements Attack {
  private static final int TUNNELS_PER_SECOND = 150;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    Spoofed spoofed = new Spoofed(field.broker4());
    Deque<Spoofed.Session> begun = new ArrayDeque<>();
    Deque<Spoofed.Session> asked = new ArrayDeque<>();
    Pace pace = new Pace(TUNNELS_PER_SECOND, field.seconds());
    while (pace.next()) {
      Spoofed.Session next = spoofed.session(Sources.ipv4((int) pace.done()));
      next.say(Messages.VERSION, Messages.ANONYMOUS);
      begun.add(next);
      if (begun.size() > TUNNELS_PER_SECOND) {
        Spoofed.Session asking = begun.remove();
        asking.say(create(asking.from()));
        asked.add(asking);
      }
      if (asked.size() > TUNNELS_PER_SECOND) {
        asked.remove().say(Messages.ACCEPT);
        figures.add("attacker: tunnels that he asked for and accepted", 1);
      }
    }
    spoofed.tell(figures, pace);
  }

  private static String create(InetAddress from) {
    return Messages.create("v6udpv4", from.getHostAddress());
  }

  @Override
  public List<Users.Way> users() {
    return List.of(Users.Way.values());
  }
}

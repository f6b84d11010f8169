package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * After a session whose last answer is long, the header alone of what it answers, again and again.
 * The forged addresses are read here, so that nothing but these answers is counted.
 */
final class RepeatedHeader implements Attack {
  private static final int SOURCES = 20;
  private static final double PER_SECOND = 50;
  private static final int LINGER_MILLIS = 500;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    for (int i = 0; i < SOURCES; i++) {
      InetAddress victim = Sources.ipv4(i);
      try (UdpTalk talk = new UdpTalk(victim, field.broker4())) {
        talk.ask(Messages.VERSION);
        talk.ask(Messages.ANONYMOUS);
        talk.ask(Messages.create("v6udpv4", victim.getHostAddress()));
        int sent = talk.sent();
        int received = talk.received();
        byte[] header = Messages.datagram(Messages.FIRST_SEQUENCE + 2, "");
        Pace pace = new Pace(PER_SECOND, Math.max(1, field.seconds() / SOURCES));
        while (pace.next()) {
          talk.send(header);
        }
        while (talk.receive(LINGER_MILLIS).length > 0) {
          // Counted by the socket.
        }
        figures.add("attacker: headers sent", pace.done());
        figures.add("attacker: octets of them", talk.sent() - sent);
        figures.add("forged addresses: octets answered to them", talk.received() - received);
      }
    }
  }

  @Override
  public List<Users.Way> users() {
    return List.of(Users.Way.UDP);
  }
}

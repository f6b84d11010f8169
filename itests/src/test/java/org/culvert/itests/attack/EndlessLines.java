package org.culvert.itests.attack;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Sessions over TCP of many networks, each of which begins a line that has no end. */
final class EndlessLines implements Attack {
  private static final int NETWORKS = 160;
  private static final int SESSIONS_OF_EACH = 60;
  private static final int OCTETS = 8_200;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    byte[] line = Messages.octets("A".repeat(OCTETS));
    List<Closeable> open = new ArrayList<>();
    for (int i = 0; i < NETWORKS * SESSIONS_OF_EACH; i++) {
      try {
        TcpTalk talk = TcpTalk.open(Sources.ipv6(i / SESSIONS_OF_EACH, 1), field.broker6());
        open.add(talk);
        talk.ask(Messages.VERSION);
        talk.ask(Messages.SCRAM);
        talk.send(line);
        figures.add("attacker: sessions taken", 1);
      } catch (IOException e) {
        figures.add("attacker: sessions refused or ended", 1);
      }
    }
    figures.put("attacker: sessions", open.size());
    for (Closeable talk : open) {
      talk.close();
    }
  }
}

package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** More sessions without a name than there are tunnels for them all ask at the same moment. */
final class CrowdOfAnonymous implements Attack {
  private static final int SESSIONS = 1_400;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    List<TcpTalk> talks = new ArrayList<>();
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      InetAddress from = Sources.ipv4(i);
      TcpTalk talk = TcpTalk.open(from, field.broker4());
      talk.ask(Messages.VERSION);
      talk.ask(Messages.ANONYMOUS);
      talks.add(talk);
      requests.add(Messages.create("v6v4", from.getHostAddress()));
    }
    for (int i = 0; i < SESSIONS; i++) {
      talks.get(i).send(Messages.octets(requests.get(i)));
    }
    for (TcpTalk talk : talks) {
      String answer = talk.read();
      figures.add(answer.startsWith("200") ? "attacker: tunnels" : "attacker: refused", 1);
      if (answer.startsWith("200")) {
        talk.send(Messages.octets(Messages.ACCEPT));
      }
    }
    figures.put("attacker: sessions", SESSIONS);
    for (TcpTalk talk : talks) {
      talk.close();
    }
  }
}

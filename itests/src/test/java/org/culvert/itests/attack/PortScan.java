package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;

/** Knocks at every port of TCP, from another host. */
final class PortScan implements Attack {
  private static final int LAST = 0xFFFF;
  private static final int WAIT_MILLIS = 2_000;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    InetAddress broker = field.broker4().getAddress();
    figures.put("attacker: ports that answer", 0);
    for (int port = 1; port <= LAST; port++) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(broker, port), WAIT_MILLIS);
        figures.add("attacker: ports that answer", 1);
        figures.put("attacker: port " + port + " answers", 1);
      } catch (IOException e) {
        // Closed, which is how it should be.
      }
    }
    figures.put("attacker: ports tried", LAST);
  }

  @Override
  public List<Users.Way> users() {
    return List.of(Users.Way.UDP);
  }
}

package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Thousands of connections, each of which says an octet now and then and never ends its line. */
final class DripFeed implements Attack {
  private static final int SOCKETS = 5_000;
  private static final int SOCKETS_OF_SOURCE = 50;
  private static final int PAUSE_MILLIS = 1_000;

  /** The machine may be busy; the limit of the phase is told by the broker's clock, not here. */
  private static final int PATIENCE_SECONDS = 600;

  @Override
  public void run(Field field, Figures figures) throws IOException, InterruptedException {
    List<SocketChannel> open = new ArrayList<>();
    for (int i = 0; i < SOCKETS; i++) {
      SocketChannel socket = SocketChannel.open();
      socket.bind(new InetSocketAddress(Sources.ipv6(i / SOCKETS_OF_SOURCE, 1), 0));
      socket.connect(field.broker6());
      socket.configureBlocking(false);
      open.add(socket);
    }
    figures.put("attacker: connections", open.size());
    long begun = System.nanoTime();
    long seconds = 0;
    long octets = 0;
    while (!open.isEmpty() && seconds < PATIENCE_SECONDS) {
      for (Iterator<SocketChannel> each = open.iterator(); each.hasNext(); ) {
        SocketChannel socket = each.next();
        if (drips(socket)) {
          octets++;
        } else {
          socket.close();
          each.remove();
        }
      }
      Thread.sleep(PAUSE_MILLIS);
      seconds = (System.nanoTime() - begun) / 1_000_000_000;
    }
    figures.put("attacker: octets", octets);
    figures.put("attacker: seconds until all were closed", seconds);
    figures.put("attacker: connections left open", open.size());
    for (SocketChannel socket : open) {
      socket.close();
    }
  }

  private static boolean drips(SocketChannel socket) {
    try {
      ByteBuffer answer = ByteBuffer.allocate(256);
      return socket.read(answer) >= 0 && socket.write(ByteBuffer.wrap(new byte[] {'V'})) == 1;
    } catch (IOException e) {
      return false;
    }
  }
}

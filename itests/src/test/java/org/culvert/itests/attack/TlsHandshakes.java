package org.culvert.itests.attack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Many sources begin handshakes of TLS, all with one recorded message, and never end them. */
final class TlsHandshakes implements Attack {
  private static final int SOURCES = 30;
  private static final int CONNECTIONS_OF_EACH = 60;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    byte[] hello = hello();
    figures.put("attacker: octets of each", hello.length);
    List<TcpTalk> open = new ArrayList<>();
    for (int i = 0; i < SOURCES * CONNECTIONS_OF_EACH; i++) {
      TcpTalk talk = TcpTalk.open(Sources.ipv6(i / CONNECTIONS_OF_EACH, 1), field.tls());
      open.add(talk);
      try {
        talk.send(hello);
        figures.add(talk.octet() < 0 ? "attacker: closed" : "attacker: handshakes begun", 1);
      } catch (IOException e) {
        figures.add("attacker: closed", 1);
      }
    }
    figures.put("attacker: connections", open.size());
    for (TcpTalk talk : open) {
      talk.close();
    }
  }

  private static byte[] hello() throws IOException {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine();
      engine.setUseClientMode(true);
      engine.beginHandshake();
      ByteBuffer octets = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), octets);
      return Arrays.copyOf(octets.array(), octets.position());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }
}

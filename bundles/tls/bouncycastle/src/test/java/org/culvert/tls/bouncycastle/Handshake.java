package org.culvert.tls.bouncycastle;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** Two engines back to back, in one thread and without sockets. */
final class Handshake {
  private static final int ROOM = 64 * 1024;
  private static final int MOST_TURNS = 200;

  private final SSLEngine client;
  private final SSLEngine server;
  private final ByteBuffer toServer = ByteBuffer.allocate(ROOM);
  private final ByteBuffer toClient = ByteBuffer.allocate(ROOM);

  private Handshake(SSLEngine client, SSLEngine server) {
    this.client = client;
    this.server = server;
  }

  /** Shakes hands, and carries an octet each way, for only then a TLS 1.3 client is refused. */
  static void between(SSLEngine client, SSLEngine server) throws SSLException {
    Handshake handshake = new Handshake(client, server);
    client.beginHandshake();
    server.beginHandshake();
    for (int turn = 0; turn < MOST_TURNS; turn++) {
      int toServer = handshake.turn(client, handshake.toClient, handshake.toServer);
      int toClient = handshake.turn(server, handshake.toServer, handshake.toClient);
      if (toServer > 0 && toClient > 0) {
        return;
      }
      handshake.got[0] |= toServer > 0;
      handshake.got[1] |= toClient > 0;
      if (handshake.got[0] && handshake.got[1]) {
        return;
      }
    }
    throw new SSLException("no end of the handshake");
  }

  private final boolean[] got = new boolean[2];

  /** Reads what has come and writes an octet, or what the handshake wants; returns octets read. */
  private int turn(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    ByteBuffer plain = ByteBuffer.allocate(ROOM);
    in.flip();
    SSLEngineResult result;
    do {
      result = engine.unwrap(in, plain);
      tasks(engine);
    } while (result.getStatus() == SSLEngineResult.Status.OK
        && (result.bytesConsumed() > 0 || result.bytesProduced() > 0)
        && in.hasRemaining());
    in.compact();
    do {
      result = engine.wrap(ByteBuffer.wrap(new byte[] {1}), out);
      tasks(engine);
    } while (result.getStatus() == SSLEngineResult.Status.OK
        && result.bytesProduced() > 0
        && result.bytesConsumed() == 0);
    return plain.position();
  }

  private static void tasks(SSLEngine engine) {
    Runnable task = engine.getDelegatedTask();
    while (task != null) {
      task.run();
      task = engine.getDelegatedTask();
    }
  }

  @Override
  public String toString() {
    return client + " with " + server;
  }
}

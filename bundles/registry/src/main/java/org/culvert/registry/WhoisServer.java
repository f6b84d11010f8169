package org.culvert.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for whois at one address: a line in, an answer out, and the connection is closed. Whoever
 * comes while all threads are busy is hung up on.
 */
final class WhoisServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WhoisServer.class);
  private static final int QUERY_MILLIS = 10_000;
  private static final int PAUSE_MILLIS = 100;
  private static final int BACKLOG = 64;

  private final ServerSocket listener = new ServerSocket();
  private final Whois whois;
  private final QueryLimit limit;
  private final ExecutorService connections;

  /**
   * Begins to listen.
   *
   * @param connections answers; the caller closes it
   * @throws IOException if the address cannot be listened at
   */
  WhoisServer(InetSocketAddress address, Whois whois, QueryLimit limit, ExecutorService connections)
      throws IOException {
    this.whois = whois;
    this.limit = limit;
    this.connections = connections;
    try {
      listener.setReuseAddress(true);
      listener.bind(address, BACKLOG);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    Thread thread = new Thread(this::accept, "culvert-whois");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        try {
          connections.execute(() -> serve(client));
        } catch (RejectedExecutionException e) {
          client.close();
        }
      } catch (IOException e) {
        if (!listener.isClosed()) {
          LOG.debug("A whois connection could not be taken: {}", e.toString());
          pause();
        }
      }
    }
  }

  /** What is out of file descriptors now is so for a while. */
  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setSoTimeout(QUERY_MILLIS);
      String answer =
          limit.allows(client.getInetAddress(), System.nanoTime())
              ? answer(client.getInputStream())
              : whois.tooMany();
      client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
      client.shutdownOutput();
    } catch (IOException e) {
      LOG.debug("A whois client went away: {}", e.toString());
    }
  }

  private String answer(InputStream in) throws IOException {
    long deadline = System.nanoTime() + QUERY_MILLIS * 1_000_000L;
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (line.length() == Whois.MOST) {
        return whois.tooLong();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("its query took too long");
      }
      line.append((char) (c < 0x80 ? c : '?'));
    }
    return whois.answer(line.toString());
  }
}

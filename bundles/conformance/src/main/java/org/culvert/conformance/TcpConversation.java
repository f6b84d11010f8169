package org.culvert.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** A session over TCP. What one read yields counts as a segment, as it does for old clients. */
final class TcpConversation implements Conversation {
  private static final int SEGMENT = 65_536;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] buffer = new byte[SEGMENT];
  private int piece = Integer.MAX_VALUE;
  private int gapMillis;

  private TcpConversation(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  /** Connects. */
  static TcpConversation open(InetSocketAddress server, Optional<InetAddress> from, Duration limit)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      if (from.isPresent()) {
        socket.bind(new InetSocketAddress(from.get(), 0));
      }
      socket.connect(server, (int) limit.toMillis());
      return new TcpConversation(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Has the next message sent in pieces. */
  void split(int octets, int pauseMillis) {
    piece = octets;
    gapMillis = pauseMillis;
  }

  @Override
  public void send(byte[] message) throws IOException {
    int size = piece;
    piece = Integer.MAX_VALUE;
    for (int at = 0; at < message.length; at += size) {
      if (at > 0) {
        Pause.millis(gapMillis);
      }
      int end = size > message.length - at ? message.length : at + size;
      out.write(message, at, end - at);
      out.flush();
      if (end == message.length) {
        return;
      }
    }
  }

  @Override
  public Arrival receive(Duration limit, boolean insist) throws IOException {
    socket.setSoTimeout(Math.max(1, (int) limit.toMillis()));
    try {
      int count = in.read(buffer);
      return count < 0
          ? new Arrival.End("closed")
          : new Arrival.Octets(Arrays.copyOf(buffer, count));
    } catch (SocketTimeoutException e) {
      return new Arrival.Nothing();
    } catch (IOException e) {
      return new Arrival.End("reset");
    }
  }

  @Override
  public InetSocketAddress local() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

package org.culvert.itests.attack;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A session over TCP. */
final class TcpTalk implements Talk {
  private static final String FRAMED = "Content-length:";

  private final Socket socket;
  private final InputStream in;

  private TcpTalk(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 1024);
  }

  static TcpTalk open(InetAddress from, InetSocketAddress broker) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(broker, PATIENCE_MILLIS);
      return new TcpTalk(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  void send(byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
  }

  /** Returns the next line, or what stands in the next frame. */
  String read() throws IOException {
    String line = line();
    return line.startsWith(FRAMED)
        ? text(in.readNBytes(Integer.parseInt(line.substring(FRAMED.length()).strip())))
        : line;
  }

  /** Returns the next octet, or -1 at the end. */
  int octet() throws IOException {
    return in.read();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new EOFException("closed by the broker after: " + line);
      }
      line.append((char) octet);
    }
    return line.toString().strip();
  }

  private static String text(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  @Override
  public String ask(String text) throws IOException {
    send(Messages.octets(text));
    return read();
  }

  @Override
  public String more() throws IOException {
    return read();
  }

  @Override
  public String type() {
    return "v6v4";
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

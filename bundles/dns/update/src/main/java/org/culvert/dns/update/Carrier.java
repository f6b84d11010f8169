package org.culvert.dns.update;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Carries one message to a server and its answer back, over UDP or TCP (RFC 1035 section 4.2). */
final class Carrier {
  /** What certainly passes in one datagram (RFC 9715). */
  static final int LARGEST_DATAGRAM = 1232;

  private static final int LARGEST_MESSAGE = 65_535;

  /** Nobody is waited for longer because of others who send to the same port. */
  private static final int MOST_STRAYS = 100;

  private Carrier() {}

  /** Reads an answer. */
  interface Reader<T> {
    /** Returns what an answer says; empty: it is none, and another may still come. */
    Optional<T> read(byte[] answer);
  }

  /**
   * Asks over UDP, twice within the time limit. Blocks.
   *
   * @return what the answer says; empty: none came in time, or none that the reader took
   * @throws IOException if it cannot be sent, or the host says that nobody listens
   */
  static <T> Optional<T> datagram(
      InetSocketAddress server, byte[] message, Duration limit, Reader<T> reader)
      throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(server);
      Optional<T> answer = Optional.empty();
      for (int i = 1; i <= 2 && answer.isEmpty(); i++) {
        socket.send(new DatagramPacket(message, message.length));
        answer = await(socket, limit.dividedBy(2), reader);
      }
      return answer;
    }
  }

  /**
   * Asks over TCP. Blocks.
   *
   * @return what the answer says; empty: the reader did not take it
   * @throws SocketTimeoutException if none came in time
   * @throws IOException if there is no connection, or it ends before the answer
   */
  static <T> Optional<T> stream(
      InetSocketAddress server, byte[] message, Duration limit, Reader<T> reader)
      throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    try (Socket socket = new Socket()) {
      socket.connect(server, left(end));
      ByteBuffer framed = ByteBuffer.allocate(2 + message.length);
      framed.putShort((short) message.length).put(message);
      socket.getOutputStream().write(framed.array());
      int length = ByteBuffer.wrap(octets(socket, 2, end)).getShort() & LARGEST_MESSAGE;
      return reader.read(octets(socket, length, end));
    }
  }

  private static <T> Optional<T> await(DatagramSocket socket, Duration limit, Reader<T> reader)
      throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    byte[] buffer = new byte[LARGEST_MESSAGE];
    try {
      for (int i = 0; i < MOST_STRAYS; i++) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.setSoTimeout(left(end));
        socket.receive(packet);
        Optional<T> answer = reader.read(Arrays.copyOf(buffer, packet.getLength()));
        if (answer.isPresent()) {
          return answer;
        }
      }
    } catch (SocketTimeoutException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** A server that sends octet by octet is not waited for any longer than a silent one. */
  private static byte[] octets(Socket socket, int count, long end) throws IOException {
    byte[] octets = new byte[count];
    InputStream in = socket.getInputStream();
    int read = 0;
    while (read < count) {
      socket.setSoTimeout(left(end));
      int some = in.read(octets, read, count - read);
      if (some < 0) {
        throw new IOException("the connection ended before the answer");
      }
      read += some;
    }
    return octets;
  }

  private static int left(long end) throws SocketTimeoutException {
    long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    if (millis < 1) {
      throw new SocketTimeoutException("no time left");
    }
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}

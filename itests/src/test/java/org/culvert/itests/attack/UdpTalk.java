package org.culvert.itests.attack;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A session over UDP; what is not answered is said again, as clients do. */
final class UdpTalk implements Talk {
  private static final int FIRST_WAIT_MILLIS = 1_000;
  private static final int LONGEST_WAIT_MILLIS = 8_000;
  private static final int MOST_OCTETS = 4096;

  /**
   * Each has a port of its own, above those that are forged: a broker remembers who was at a port.
   */
  private static final AtomicInteger PORTS = new AtomicInteger(32_000);

  private final DatagramSocket socket;
  private final InetSocketAddress broker;
  private int sequence = Messages.FIRST_SEQUENCE;
  private int sent;
  private int received;

  UdpTalk(InetAddress from, InetSocketAddress broker) throws IOException {
    this.socket = new DatagramSocket(new InetSocketAddress(from, PORTS.getAndIncrement()));
    this.broker = broker;
  }

  @Override
  public String ask(String text) throws IOException {
    byte[] datagram = Messages.datagram(sequence, text);
    long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
    for (int wait = FIRST_WAIT_MILLIS; System.nanoTime() < end; wait = next(wait)) {
      send(datagram);
      byte[] answer = receive(wait);
      while (answer.length > 0 && sequence(answer) != sequence) {
        answer = receive(wait);
      }
      if (answer.length > 0) {
        sequence++;
        return text(answer);
      }
    }
    throw new SocketTimeoutException("nothing from the broker upon: " + text);
  }

  private static int next(int wait) {
    return Math.min(2 * wait, LONGEST_WAIT_MILLIS);
  }

  private static int sequence(byte[] answer) {
    return answer.length < Messages.HEADER ? 0 : ByteBuffer.wrap(answer).getInt();
  }

  private static String text(byte[] answer) {
    String text =
        new String(
            answer, Messages.HEADER, answer.length - Messages.HEADER, StandardCharsets.ISO_8859_1);
    return text.startsWith("Content-length:")
        ? text.substring(text.indexOf('\n') + 1)
        : text.strip();
  }

  void send(byte[] datagram) throws IOException {
    socket.send(new DatagramPacket(datagram, datagram.length, broker));
    sent += datagram.length;
  }

  /** Returns the next datagram that comes within so long; empty if none does. */
  byte[] receive(int waitMillis) throws IOException {
    socket.setSoTimeout(waitMillis);
    DatagramPacket answer = new DatagramPacket(new byte[MOST_OCTETS], MOST_OCTETS);
    try {
      socket.receive(answer);
    } catch (SocketTimeoutException e) {
      return new byte[0];
    }
    received += answer.getLength();
    return Arrays.copyOf(answer.getData(), answer.getLength());
  }

  /** Goes on with a later number, as one who does not know the numbers does. */
  void skip() {
    sequence += 0x1000;
  }

  /** Says one thing after the other, with a pause after each, and waits for no answer. */
  void forge(long pauseMillis, String... texts) throws IOException {
    for (String text : texts) {
      send(Messages.datagram(sequence++, text));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
    }
  }

  /** Returns how many octets were sent, headers of the protocol included. */
  int sent() {
    return sent;
  }

  int received() {
    return received;
  }

  @Override
  public String more() throws IOException {
    return ask("");
  }

  @Override
  public String type() {
    return "v6udpv4";
  }

  @Override
  public void close() {
    socket.close();
  }
}

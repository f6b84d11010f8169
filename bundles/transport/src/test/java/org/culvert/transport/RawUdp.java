package org.culvert.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** A client that says exactly what a test wants, datagram by datagram. */
final class RawUdp implements AutoCloseable {
  private final DatagramSocket socket;

  RawUdp(int serverPort) throws IOException {
    this("127.0.0.1", serverPort);
  }

  /** Sends from another of the loopback's addresses. */
  RawUdp(String from, int serverPort) throws IOException {
    socket = new DatagramSocket(new InetSocketAddress(from, 0));
    socket.connect(Fixtures.LOOPBACK, serverPort);
  }

  /** A reply, with its header read in network order. */
  record Reply(int sequence, int timestamp, String text) {}

  void send(int sequence, int timestamp, String text) throws IOException {
    byte[] data = text.getBytes(ISO_8859_1);
    raw(
        ByteBuffer.allocate(8 + data.length)
            .putInt(0xF000_0000 | sequence)
            .putInt(timestamp)
            .put(data)
            .array());
  }

  void raw(byte[] datagram) throws IOException {
    socket.send(new DatagramPacket(datagram, datagram.length));
  }

  Reply ask(int sequence, int timestamp, String text) throws IOException {
    send(sequence, timestamp, text);
    return receive(Fixtures.PATIENCE_MILLIS)
        .orElseThrow(() -> new IOException("no reply to " + text));
  }

  Optional<Reply> receive(int millis) throws IOException {
    return receiveRaw(millis)
        .map(ByteBuffer::wrap)
        .map(
            octets ->
                new Reply(
                    octets.getInt() & 0x0FFF_FFFF,
                    octets.getInt(),
                    ISO_8859_1.decode(octets).toString()));
  }

  Optional<byte[]> receiveRaw(int millis) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[8192], 8192);
    socket.setSoTimeout(millis);
    try {
      socket.receive(packet);
      return Optional.of(Arrays.copyOf(packet.getData(), packet.getLength()));
    } catch (SocketTimeoutException e) {
      return Optional.empty();
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() {
    socket.close();
  }
}

package org.culvert.itests;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/** Asks the loopback address for its CAPABILITY line over UDP, where all IPv4 types are offered. */
final class TspProbe {
  private static final int FIRST_SEQUENCE = 0xF00000F0;
  private static final int HEADER = 8;

  private final int port;

  TspProbe(int port) {
    this.port = port;
  }

  /** Returns the tokens of the line; empty while nothing answers. */
  Set<String> capabilities() throws IOException {
    byte[] line = "VERSION=2.0.2\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] request =
        ByteBuffer.allocate(HEADER + line.length)
            .putInt(FIRST_SEQUENCE)
            .putInt(1)
            .put(line)
            .array();
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(500);
      socket.connect(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
      socket.send(new DatagramPacket(request, request.length));
      DatagramPacket reply = new DatagramPacket(new byte[4096], 4096);
      socket.receive(reply);
      String text =
          new String(
              reply.getData(), HEADER, reply.getLength() - HEADER, StandardCharsets.US_ASCII);
      String[] tokens = text.strip().split(" ");
      return tokens[0].equals("CAPABILITY")
          ? new TreeSet<>(Arrays.asList(tokens).subList(1, tokens.length))
          : Set.of();
    } catch (PortUnreachableException | SocketTimeoutException e) {
      return Set.of();
    }
  }
}

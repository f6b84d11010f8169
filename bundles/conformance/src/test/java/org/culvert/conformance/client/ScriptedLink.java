package org.culvert.conformance.client;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** A scripted client's connection to a server. */
sealed interface ScriptedLink extends AutoCloseable {
  int RESEND_MILLIS = 150;

  /** Says something, and returns the answer. */
  String ask(String text) throws IOException;

  /** Says something that gets no answer over TCP. */
  String tell(String text) throws IOException;

  /** Returns the second of two answers, which over UDP has to be asked for. */
  String more() throws IOException;

  InetAddress local();

  @Override
  void close() throws IOException;

  /** Over UDP. */
  final class Udp implements ScriptedLink {
    private final DatagramSocket socket = new DatagramSocket();
    private final InetSocketAddress server;
    private final Fault fault;
    private int sequence;

    Udp(InetSocketAddress server, Fault fault) throws IOException {
      this.server = server;
      this.fault = fault;
      this.sequence = fault == Fault.FIRST_SEQUENCE_ZERO ? -1 : 239;
    }

    @Override
    public String ask(String text) throws IOException {
      sequence += fault == Fault.SEQUENCE_JUMPS ? 2 : 1;
      long wait = fault == Fault.RESENDS_AT_ONCE ? 20 : RESEND_MILLIS;
      for (int sends = 0; sends < 8; sends++) {
        String data = text;
        if (sends > 0) {
          switch (fault) {
            case RESENDS_UNDER_NEW_NUMBER -> sequence++;
            case RESENDS_OTHER_DATA -> data = text + " ";
            case NEVER_RESENDS -> data = "";
            case DOES_NOT_BACK_OFF, RESENDS_AT_ONCE -> {}
            default -> wait = sends > 3 ? wait * 2 : wait;
          }
        }
        if (sends == 0 || fault != Fault.NEVER_RESENDS) {
          send(header() + data);
        }
        String answer = receive(System.nanoTime() + wait * 1_000_000);
        if (!answer.isEmpty()) {
          return answer.substring(Session.HEADER);
        }
      }
      throw new IOException("no answer");
    }

    private String header() {
      return ""
          + (char) (0xF0 | sequence >> 24 & 0xF)
          + (char) (sequence >> 16 & 0xFF)
          + (char) (sequence >> 8 & 0xFF)
          + (char) (sequence & 0xFF)
          + "\0\0\0\7";
    }

    private String receive(long deadline) throws IOException {
      byte[] buffer = new byte[65_535];
      while (true) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return "";
        }
        socket.setSoTimeout((int) left);
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        try {
          socket.receive(packet);
        } catch (SocketTimeoutException e) {
          return "";
        }
        String octets = Words.latin(Arrays.copyOf(buffer, packet.getLength()));
        boolean mine = packet.getSocketAddress().equals(server) || fault == Fault.TAKES_ANY_SENDER;
        boolean signaling = octets.length() >= Session.HEADER && octets.charAt(0) >> 4 == 0xF;
        boolean numbered =
            fault == Fault.TAKES_ANY_NUMBER || octets.startsWith(header().substring(0, 4));
        if (fault == Fault.TAKES_NOISE && octets.length() >= Session.HEADER
            || mine && signaling && numbered) {
          return octets;
        }
      }
    }

    void send(String octets) throws IOException {
      byte[] data = Words.octets(octets);
      socket.send(new DatagramPacket(data, data.length, server));
    }

    @Override
    public String tell(String text) throws IOException {
      return ask(text);
    }

    @Override
    public String more() throws IOException {
      return ask("");
    }

    @Override
    public InetAddress local() {
      return InetAddress.getLoopbackAddress();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  /** Over TCP. */
  final class Tcp implements ScriptedLink {
    private final Socket socket;
    private final Fault fault;
    private String rest = "";

    Tcp(InetSocketAddress server, Fault fault) throws IOException {
      this.socket = new Socket(server.getAddress(), server.getPort());
      this.fault = fault;
      socket.setSoTimeout(5000);
    }

    @Override
    public String ask(String text) throws IOException {
      socket.getOutputStream().write(Words.octets(text));
      return more();
    }

    @Override
    public String more() throws IOException {
      while (fault != Fault.READS_ONCE || rest.isEmpty()) {
        int end = rest.indexOf('\n') + 1;
        if (end > 0 && rest.startsWith("Content-length: ")) {
          int length = Integer.parseInt(rest.substring(16, end).strip());
          if (rest.length() >= end + length) {
            return take(end + length);
          }
        } else if (end > 0) {
          return take(end);
        }
        byte[] buffer = new byte[65_535];
        int count = socket.getInputStream().read(buffer);
        if (count < 0) {
          throw new IOException("closed");
        }
        rest += Words.latin(Arrays.copyOf(buffer, count));
      }
      return take(rest.length());
    }

    private String take(int count) {
      String taken = rest.substring(0, count);
      rest = rest.substring(count);
      return taken;
    }

    @Override
    public String tell(String text) throws IOException {
      socket.getOutputStream().write(Words.octets(text));
      return "";
    }

    @Override
    public InetAddress local() {
      return socket.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}

package org.culvert.conformance;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.conformance.ScriptedSession.Answer;

/** Serves {@link ScriptedSession}s over TCP and UDP on one port of 127.0.0.1. */
final class ScriptedServer implements Closeable {
  private static final int HEADER = 8;
  private static final int LEAST = 20;

  private final Set<Fault> faults;
  private final int port;
  private volatile ServerSocket tcp;
  private volatile DatagramSocket udp;
  private final Map<SocketAddress, Peer> peers = new HashMap<>();
  private volatile boolean deaf;

  /** A client on UDP. */
  private static final class Peer {
    final ScriptedSession session;
    int sequence = Integer.MIN_VALUE;
    Optional<byte[]> reply = Optional.empty();

    Peer(ScriptedSession session) {
      this.session = session;
    }
  }

  private ScriptedServer(Set<Fault> faults, ServerSocket tcp, DatagramSocket udp) {
    this.faults = faults;
    this.tcp = tcp;
    this.port = tcp.getLocalPort();
    this.udp = udp;
  }

  static ScriptedServer start(Fault... faults) throws IOException {
    ServerSocket tcp = listen(0);
    ScriptedServer server = new ScriptedServer(Set.of(faults), tcp, datagrams(tcp));
    server.spawn(server::acceptAll);
    server.spawn(server::answerAll);
    return server;
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket tcp = new ServerSocket();
    tcp.setReuseAddress(true);
    tcp.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 50);
    return tcp;
  }

  private static DatagramSocket datagrams(ServerSocket tcp) throws IOException {
    try {
      return new DatagramSocket(tcp.getLocalSocketAddress());
    } catch (IOException e) {
      tcp.close();
      throw e;
    }
  }

  /** Starts again after it broke down. A socket that was waited at is closed a moment later. */
  void revive() throws IOException {
    while (true) {
      try {
        ServerSocket again = listen(port);
        udp = datagrams(again);
        tcp = again;
        spawn(this::acceptAll);
        spawn(this::answerAll);
        return;
      } catch (BindException e) {
        Pause.millis(20);
      }
    }
  }

  int port() {
    return port;
  }

  private void spawn(Runnable work) {
    Thread thread = new Thread(work, "culvert-scripted-server");
    thread.setDaemon(true);
    thread.start();
  }

  // TCP.

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = tcp.accept();
        spawn(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      ScriptedSession session =
          new ScriptedSession(faults, true, socket.getInetAddress().getHostAddress());
      StringBuilder waiting = new StringBuilder();
      byte[] buffer = new byte[8192];
      int count = in.read(buffer);
      while (count >= 0) {
        if (faults.contains(Fault.WAITS_FOR_WHOLE_SEGMENTS)) {
          waiting.setLength(0);
        }
        waiting.append(Text.latin(Arrays.copyOf(buffer, count)));
        if (drain(session, waiting, socket.getOutputStream())) {
          return;
        }
        count = in.read(buffer);
      }
    } catch (IOException e) {
      // The kit is gone.
    }
  }

  private boolean drain(ScriptedSession session, StringBuilder waiting, OutputStream out)
      throws IOException {
    String message = next(session, waiting);
    while (!message.isEmpty()) {
      if (deaf) {
        return true;
      }
      if (faults.contains(Fault.DIES_OF_A_WORD_ALONE) && message.equals("AUTHENTICATE\r\n")) {
        close();
        return true;
      }
      Answer answer = session.hear(message);
      for (String reply : answer.replies()) {
        say(reply, out);
      }
      if (answer.end()) {
        deaf = faults.contains(Fault.LISTENS_TO_NOBODY_AFTERWARDS);
        return true;
      }
      message = next(session, waiting);
    }
    return false;
  }

  private void say(String reply, OutputStream out) throws IOException {
    byte[] octets = Text.octets(reply);
    if (faults.contains(Fault.LINE_IN_TWO_SEGMENTS)) {
      out.write(octets, 0, 5);
      out.flush();
      Pause.millis(80);
      out.write(octets, 5, octets.length - 5);
    } else if (faults.contains(Fault.TWO_IN_ONE_SEGMENT)) {
      out.write(Text.octets(reply + reply));
    } else {
      out.write(octets);
    }
    out.flush();
  }

  private static String next(ScriptedSession session, StringBuilder waiting) {
    int start = 0;
    while (start < waiting.length() && (waiting.charAt(start) <= ' ')) {
      start++;
    }
    int end = waiting.indexOf("\n", start) + 1;
    if (end == 0) {
      return "";
    }
    String line = waiting.substring(start, end);
    if (session.inCommandPhase()) {
      String digits = line.replaceAll("\\D", "");
      int length = digits.isEmpty() ? 0 : Integer.parseInt(digits);
      if (waiting.length() < end + length) {
        return "";
      }
      line = waiting.substring(end, end + length);
      end += length;
    }
    waiting.delete(0, end);
    return line;
  }

  // UDP.

  private void answerAll() {
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[8192], 8192);
        udp.receive(packet);
        answer(Arrays.copyOf(packet.getData(), packet.getLength()), packet.getSocketAddress());
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void answer(byte[] datagram, SocketAddress from) throws IOException {
    boolean noise = datagram.length < HEADER || (datagram[0] & 0xF0) != 0xF0;
    if (noise) {
      if (faults.contains(Fault.ANSWERS_NOISE)) {
        udp.send(new DatagramPacket(new byte[LEAST], LEAST, from));
      }
      return;
    }
    int sequence = java.nio.ByteBuffer.wrap(datagram).getInt();
    Peer peer =
        peers.computeIfAbsent(
            from,
            address ->
                new Peer(
                    new ScriptedSession(
                        faults, false, ((InetSocketAddress) from).getAddress().getHostAddress())));
    if (sequence == peer.sequence && !faults.contains(Fault.FORGETS_REPLY)) {
      if (peer.reply.isPresent()) {
        send(datagram, peer.reply.get(), from);
      }
      return;
    } else if (sequence < peer.sequence && !faults.contains(Fault.EXECUTES_OLD)) {
      return;
    }
    peer.sequence = sequence;
    peer.reply = Optional.empty();
    String data = Text.latin(Arrays.copyOfRange(datagram, HEADER, datagram.length));
    String message =
        peer.session.inCommandPhase() && !data.startsWith("VERSION=")
            ? data.substring(data.indexOf('\n') + 1)
            : data;
    if (deaf) {
      return;
    }
    Answer answer = peer.session.hear(message);
    for (String reply : answer.replies()) {
      peer.reply = Optional.of(Text.octets(reply));
      send(datagram, Text.octets(reply), from);
    }
    if (answer.end()) {
      deaf = faults.contains(Fault.LISTENS_TO_NOBODY_AFTERWARDS);
    }
  }

  private void send(byte[] request, byte[] data, SocketAddress to) throws IOException {
    byte[] reply = Arrays.copyOf(request, HEADER + data.length);
    System.arraycopy(data, 0, reply, HEADER, data.length);
    reply[3] += (byte) (faults.contains(Fault.SEQUENCE_OF_ITS_OWN) ? 1 : 0);
    reply[7] += (byte) (faults.contains(Fault.TIMESTAMP_OF_ITS_OWN) ? 1 : 0);
    udp.send(new DatagramPacket(reply, reply.length, to));
  }

  /** Returns what the kit's sessions with this server need. */
  List<String> address() {
    return List.of("server", "127.0.0.1:" + port());
  }

  @Override
  public void close() throws IOException {
    tcp.close();
    udp.close();
  }
}

package org.culvert.conformance.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Listens at the kit's addresses, and lines up what comes. Closes its sockets, and so ends its
 * threads.
 */
final class Ears implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final int LARGEST = 65_535;

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

  private Ears() {}

  /**
   * Opens the sockets of one transport, or none of them.
   *
   * @param places where, by name
   */
  static Ears open(Map<String, InetAddress> places, int port, boolean tcp) throws IOException {
    Ears ears = new Ears();
    try {
      for (Map.Entry<String, InetAddress> place : places.entrySet()) {
        InetSocketAddress address = new InetSocketAddress(place.getValue(), port);
        if (tcp) {
          ears.stream(place.getKey(), address);
        } else {
          ears.datagrams(place.getKey(), address);
        }
      }
      return ears;
    } catch (IOException e) {
      ears.close();
      throw e;
    }
  }

  /** Returns what came next; empty if nothing did in time. */
  Optional<Arrival> next(long nanos) throws InterruptedException {
    return Optional.ofNullable(arrivals.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS));
  }

  private void datagrams(String place, InetSocketAddress address) throws IOException {
    DatagramSocket socket = new DatagramSocket(address);
    open.add(socket);
    start(
        () -> {
          byte[] buffer = new byte[LARGEST];
          while (true) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            socket.receive(packet);
            if (packet.getSocketAddress() instanceof InetSocketAddress from) {
              String octets = Words.latin(Arrays.copyOf(buffer, packet.getLength()));
              tell(Arrival.Kind.DATAGRAM, new Line.Udp(place, from, socket), octets);
            }
          }
        });
  }

  private void stream(String place, InetSocketAddress address) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(address, BACKLOG);
    open.add(server);
    start(
        () -> {
          while (true) {
            Socket socket = server.accept();
            open.add(socket);
            socket.setTcpNoDelay(true);
            if (socket.getRemoteSocketAddress() instanceof InetSocketAddress from) {
              Line line = new Line.Tcp(place, from, socket);
              tell(Arrival.Kind.OPENED, line, "");
              start(() -> read(socket, line));
            }
          }
        });
  }

  private void read(Socket socket, Line line) throws IOException {
    byte[] buffer = new byte[LARGEST];
    try {
      InputStream in = socket.getInputStream();
      int count = in.read(buffer);
      while (count >= 0) {
        tell(Arrival.Kind.OCTETS, line, Words.latin(Arrays.copyOf(buffer, count)));
        count = in.read(buffer);
      }
    } finally {
      tell(Arrival.Kind.ENDED, line, "");
    }
  }

  private void tell(Arrival.Kind kind, Line line, String octets) {
    arrivals.add(new Arrival(kind, line, octets, System.nanoTime()));
  }

  /** Something that goes on until its socket is closed. */
  private interface Listening {
    void run() throws IOException;
  }

  private static void start(Listening listening) {
    Thread thread =
        new Thread(
            () -> {
              try {
                listening.run();
              } catch (IOException e) {
                // The socket is closed: by this kit, or by the client, whose end was told.
                return;
              }
            },
            "culvert-conformance-ears");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    for (AutoCloseable socket : new ArrayList<>(open)) {
      try {
        socket.close();
      } catch (Exception e) {
        // It is of no use any more, and neither is the reason.
        continue;
      }
    }
  }
}

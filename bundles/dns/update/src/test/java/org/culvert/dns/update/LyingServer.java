package org.culvert.dns.update;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers over UDP and TCP as a test tells it. */
final class LyingServer implements AutoCloseable {
  private final DatagramSocket datagrams;
  private final ServerSocket stream;
  private final Answers answers;
  private final AtomicInteger asked = new AtomicInteger();

  /** What it answers to a request: any number of messages. */
  interface Answers {
    List<byte[]> to(byte[] request) throws IOException;
  }

  LyingServer(Answers answers) throws IOException {
    this.answers = answers;
    InetAddress here = InetAddress.getByName("127.0.0.1");
    ServerSocket found = new ServerSocket(0, 5, here);
    this.stream = found;
    this.datagrams = new DatagramSocket(found.getLocalPort(), here);
    start("datagrams", this::serveDatagrams);
    start("stream", this::serveStream);
  }

  int port() {
    return stream.getLocalPort();
  }

  int asked() {
    return asked.get();
  }

  private interface Loop {
    void run() throws IOException;
  }

  private void start(String name, Loop loop) {
    Thread thread =
        new Thread(
            () -> {
              try {
                loop.run();
              } catch (IOException e) {
                // The test has closed it.
                if (!stream.isClosed()) {
                  throw new UncheckedIOException(e);
                }
              }
            },
            "culvert-lying-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void serveDatagrams() throws IOException {
    byte[] buffer = new byte[65_535];
    while (true) {
      DatagramPacket request = new DatagramPacket(buffer, buffer.length);
      datagrams.receive(request);
      asked.incrementAndGet();
      for (byte[] answer : answers.to(Arrays.copyOf(buffer, request.getLength()))) {
        datagrams.send(new DatagramPacket(answer, answer.length, request.getSocketAddress()));
      }
    }
  }

  private void serveStream() throws IOException {
    while (true) {
      try (Socket client = stream.accept()) {
        asked.incrementAndGet();
        DataInputStream in = new DataInputStream(client.getInputStream());
        byte[] request = in.readNBytes(in.readUnsignedShort());
        List<byte[]> all = answers.to(request);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        for (byte[] answer : all) {
          out.writeShort(answer.length);
          out.write(answer);
        }
        if (all.isEmpty()) {
          // It stays silent until the client gives up.
          in.read();
        }
      } catch (IOException e) {
        if (stream.isClosed()) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
    datagrams.close();
  }
}

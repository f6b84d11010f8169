package org.culvert.routing.bird;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A connection to BIRD's control socket, for one thread, which ends at a deadline. */
final class ControlSocket implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final SocketChannel channel;
  private final Selector selector;
  private final long deadline;
  private final ReplyReader replies = new ReplyReader();
  private final ByteBuffer input = ByteBuffer.allocate(BUFFER).flip();

  private ControlSocket(SocketChannel channel, Selector selector, long deadline) {
    this.channel = channel;
    this.selector = selector;
    this.deadline = deadline;
  }

  /** Connects; the greeting is to be read yet. */
  static ControlSocket connect(Path path, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    SocketChannel channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
    try {
      channel.configureBlocking(false);
      Selector selector = Selector.open();
      ControlSocket socket = new ControlSocket(channel, selector, deadline);
      try {
        channel.register(selector, SelectionKey.OP_CONNECT);
        if (!channel.connect(UnixDomainSocketAddress.of(path))) {
          do {
            socket.await(SelectionKey.OP_CONNECT);
          } while (!channel.finishConnect());
        }
        return socket;
      } catch (IOException | RuntimeException e) {
        selector.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Says one line and reads the reply to it. */
  Reply ask(String command) throws IOException {
    if (command.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("a command is one line");
    }
    ByteBuffer output = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII));
    while (output.hasRemaining()) {
      if (channel.write(output) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
    return read();
  }

  /** Reads one reply, such as the greeting. */
  Reply read() throws IOException {
    while (true) {
      Optional<Reply> reply = replies.read(input);
      if (reply.isPresent()) {
        return reply.get();
      }
      input.clear();
      int count;
      while ((count = channel.read(input)) == 0) {
        await(SelectionKey.OP_READ);
      }
      input.flip();
      if (count < 0) {
        throw new EOFException("BIRD hung up");
      }
    }
  }

  /** Returns how long it may take yet. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }

  private void await(int operation) throws IOException {
    channel.register(selector, operation);
    long left = TimeUnit.NANOSECONDS.toMillis(left().toNanos());
    // A selector would take no time for all time, and returns at once where the thread is
    // interrupted.
    if (left == 0 || Thread.currentThread().isInterrupted()) {
      throw new SocketTimeoutException("BIRD did not answer in time");
    }
    selector.select(left);
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}

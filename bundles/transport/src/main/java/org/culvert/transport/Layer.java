package org.culvert.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import java.util.Optional;
import org.culvert.api.tls.TlsConnection;
import org.culvert.api.tunnel.SignalingPath.Transport;

/** What lies between a session and TCP: nothing, or {@link TlsLayer}. */
interface Layer {

  /** Nothing. */
  Layer NONE =
      new Layer() {
        @Override
        public Transport transport() {
          return Transport.TCP;
        }

        @Override
        public Optional<TlsConnection> tls() {
          return Optional.empty();
        }

        @Override
        public boolean isCheap() {
          return true;
        }

        @Override
        public void begin(SocketChannel channel) {
          channel.config().setAutoRead(true);
        }

        @Override
        public void end(SocketChannel channel) {
          channel
              .writeAndFlush(Unpooled.EMPTY_BUFFER)
              .addListener(written -> channel.shutdownOutput());
        }
      };

  /** Returns what to call it. */
  Transport transport();

  /** Returns the TLS; to be asked once octets have come through it. */
  Optional<TlsConnection> tls();

  /** Tells whether a connection beyond its source's rate can be answered at next to no cost. */
  boolean isCheap();

  /** Begins to read, now that the connection is admitted. */
  void begin(SocketChannel channel);

  /** Sends the end of the stream after all that was written, and leaves the other direction. */
  void end(SocketChannel channel);
}

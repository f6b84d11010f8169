package org.culvert.conformance.client;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;

/** The way back to a client. */
sealed interface Line {

  /** Returns the name of the address that the client came to. */
  String place();

  InetSocketAddress remote();

  boolean isTcp();

  /** Sends octets: a datagram, or a part of the stream. */
  void send(String octets) throws IOException;

  /** Ends it, where there is something to end. */
  void close(boolean reset) throws IOException;

  /**
   * Over UDP.
   *
   * @param socket the kit's, which stays open
   */
  record Udp(String place, InetSocketAddress remote, DatagramSocket socket) implements Line {
    @Override
    public boolean isTcp() {
      return false;
    }

    @Override
    public void send(String octets) throws IOException {
      byte[] data = Words.octets(octets);
      socket.send(new DatagramPacket(data, data.length, remote));
    }

    @Override
    public void close(boolean reset) {}
  }

  /**
   * Over TCP.
   *
   * @param socket the connection
   */
  record Tcp(String place, InetSocketAddress remote, Socket socket) implements Line {
    @Override
    public boolean isTcp() {
      return true;
    }

    @Override
    public void send(String octets) throws IOException {
      socket.getOutputStream().write(Words.octets(octets));
    }

    @Override
    public void close(boolean reset) throws IOException {
      if (reset) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    }
  }
}
